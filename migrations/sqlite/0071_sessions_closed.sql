-- +goose Up
CREATE TABLE IF NOT EXISTS sessions_closed (
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
  ended_at DATETIME NOT NULL,
  cause TEXT NOT NULL,
  closed_by TEXT NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS sessions_closed_identity ON sessions_closed (router_id, session_key, epoch);
CREATE INDEX IF NOT EXISTS sessions_closed_grant ON sessions_closed (grant_id, ended_at);
CREATE INDEX IF NOT EXISTS sessions_closed_mac ON sessions_closed (mac, ended_at);
CREATE INDEX IF NOT EXISTS sessions_closed_router ON sessions_closed (router_id, ended_at);
CREATE INDEX IF NOT EXISTS sessions_closed_ip ON sessions_closed (ip, ended_at, started_at);
