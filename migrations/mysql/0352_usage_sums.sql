-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS usage_sums (
  day VARCHAR(10) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  site_id BIGINT NOT NULL,
  plan_key VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  node BIGINT NOT NULL,
  online_seconds BIGINT NOT NULL,
  bytes_up BIGINT NOT NULL,
  bytes_down BIGINT NOT NULL,
  PRIMARY KEY (day, site_id, plan_key, node)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
