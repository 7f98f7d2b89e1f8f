-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS usage_days (
  grant_id BIGINT NOT NULL,
  day VARCHAR(10) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  site_id BIGINT NOT NULL,
  online_seconds BIGINT NOT NULL,
  bytes_up BIGINT NOT NULL,
  bytes_down BIGINT NOT NULL,
  PRIMARY KEY (grant_id, day, site_id),
  KEY usage_days_day (day, site_id)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
