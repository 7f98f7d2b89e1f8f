-- +goose Up
CREATE TABLE IF NOT EXISTS api_keys (
  id BIGINT NOT NULL,
  name TEXT NOT NULL,
  hash TEXT NOT NULL,
  request TEXT,
  scopes TEXT NOT NULL,
  sites TEXT NOT NULL,
  made_by TEXT NOT NULL,
  made_at DATETIME NOT NULL,
  until DATETIME,
  revoked_at DATETIME,
  used_at DATETIME,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX IF NOT EXISTS api_keys_hash ON api_keys (hash);
CREATE UNIQUE INDEX IF NOT EXISTS api_keys_request ON api_keys (request);
