-- +goose Up
CREATE TABLE IF NOT EXISTS usage_late (
  id BIGINT PRIMARY KEY,
  grant_id BIGINT NOT NULL,
  site_id BIGINT NOT NULL,
  hour BIGINT NOT NULL,
  told_at DATETIME NOT NULL,
  online_seconds BIGINT NOT NULL,
  bytes_up BIGINT NOT NULL,
  bytes_down BIGINT NOT NULL,
  verdict TEXT NOT NULL,
  seen_by TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS usage_late_grant ON usage_late (grant_id, hour);
CREATE INDEX IF NOT EXISTS usage_late_verdict ON usage_late (verdict, id);
