-- +goose Up
CREATE TABLE IF NOT EXISTS sessions_open (
  id BIGINT NOT NULL PRIMARY KEY,
  router_id BIGINT NOT NULL,
  session_key TEXT NOT NULL,
  epoch BIGINT NOT NULL,
  site_id BIGINT NOT NULL,
  grant_id BIGINT NOT NULL,
  login_id BIGINT NOT NULL,
  session_id TEXT NOT NULL,
  user_name TEXT NOT NULL,
  mac TEXT NOT NULL,
  ip TEXT NOT NULL,
  started_at DATETIME NOT NULL,
  updated_at DATETIME NOT NULL,
  online_seconds BIGINT NOT NULL,
  bytes_up BIGINT NOT NULL,
  bytes_down BIGINT NOT NULL,
  wide BOOLEAN NOT NULL,
  stop_at DATETIME NULL,
  ending_id BIGINT NOT NULL,
  told_up_kbps BIGINT NOT NULL,
  told_down_kbps BIGINT NOT NULL,
  told_bytes BIGINT NOT NULL,
  telling_bytes BIGINT NOT NULL DEFAULT 0,
  before_seconds BIGINT NOT NULL,
  before_up BIGINT NOT NULL,
  before_down BIGINT NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS sessions_open_identity ON sessions_open (router_id, session_key, epoch);
CREATE INDEX IF NOT EXISTS sessions_open_grant ON sessions_open (grant_id);
CREATE INDEX IF NOT EXISTS sessions_open_mac ON sessions_open (mac);
CREATE INDEX IF NOT EXISTS sessions_open_router ON sessions_open (router_id, updated_at);
CREATE INDEX IF NOT EXISTS sessions_open_stop ON sessions_open (stop_at);
