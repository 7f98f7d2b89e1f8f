-- +goose Up
CREATE TABLE IF NOT EXISTS message_reports (
  id BIGINT NOT NULL PRIMARY KEY,
  provider_id TEXT NOT NULL,
  status TEXT NOT NULL,
  reason TEXT NOT NULL,
  address_hash TEXT NOT NULL,
  at DATETIME NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS message_reports_once ON message_reports (provider_id, status, reason);
CREATE INDEX IF NOT EXISTS message_reports_at ON message_reports (at, id);
