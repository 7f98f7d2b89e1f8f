-- +goose Up
CREATE TABLE IF NOT EXISTS usage_days (
  grant_id BIGINT NOT NULL,
  day TEXT NOT NULL,
  site_id BIGINT NOT NULL,
  online_seconds BIGINT NOT NULL,
  bytes_up BIGINT NOT NULL,
  bytes_down BIGINT NOT NULL,
  PRIMARY KEY (grant_id, day, site_id)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS usage_days_day ON usage_days (day, site_id);
