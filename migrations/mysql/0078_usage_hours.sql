-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS usage_hours (
  grant_id BIGINT NOT NULL,
  hour BIGINT NOT NULL,
  site_id BIGINT NOT NULL,
  online_seconds BIGINT NOT NULL,
  bytes_up BIGINT NOT NULL,
  bytes_down BIGINT NOT NULL,
  PRIMARY KEY (grant_id, hour, site_id),
  KEY usage_hours_hour (hour, site_id)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
