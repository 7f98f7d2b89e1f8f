-- +goose Up
CREATE TABLE IF NOT EXISTS usage_sums (
  day TEXT NOT NULL,
  site_id BIGINT NOT NULL,
  plan_key TEXT NOT NULL,
  node BIGINT NOT NULL,
  online_seconds BIGINT NOT NULL,
  bytes_up BIGINT NOT NULL,
  bytes_down BIGINT NOT NULL,
  PRIMARY KEY (day, site_id, plan_key, node)
) WITHOUT ROWID;
