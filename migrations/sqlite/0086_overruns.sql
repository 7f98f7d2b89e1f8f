-- +goose Up
CREATE TABLE IF NOT EXISTS overruns (
  id BIGINT NOT NULL PRIMARY KEY,
  router_id BIGINT NOT NULL,
  grant_id BIGINT NOT NULL,
  session_row BIGINT NOT NULL,
  ended_by TEXT NOT NULL,
  over_bytes BIGINT NOT NULL,
  late_ms BIGINT NOT NULL,
  at DATETIME NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS overruns_session ON overruns (session_row);
CREATE INDEX IF NOT EXISTS overruns_router ON overruns (router_id, at);
