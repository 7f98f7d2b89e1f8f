-- +goose Up
CREATE TABLE IF NOT EXISTS webhook_endpoints (
  id BIGINT NOT NULL,
  name TEXT NOT NULL,
  address BLOB NOT NULL,
  host TEXT NOT NULL,
  kinds TEXT NOT NULL,
  sites TEXT NOT NULL,
  secret BLOB NOT NULL,
  old_secret BLOB,
  old_until DATETIME,
  asked TEXT,
  asked_new TEXT NOT NULL,
  rotated_at DATETIME,
  state TEXT NOT NULL,
  failing_since DATETIME,
  made_by TEXT NOT NULL,
  made_at DATETIME NOT NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX IF NOT EXISTS webhook_endpoints_asked ON webhook_endpoints (asked);
