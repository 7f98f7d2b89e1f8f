-- +goose Up
CREATE TABLE IF NOT EXISTS enforcements (
  id BIGINT NOT NULL PRIMARY KEY,
  source TEXT NOT NULL,
  wanted TEXT NOT NULL,
  session_row BIGINT NOT NULL,
  router_id BIGINT NOT NULL,
  grant_id BIGINT NOT NULL,
  mac TEXT NOT NULL,
  ip TEXT NOT NULL,
  cause TEXT NOT NULL,
  state TEXT NOT NULL,
  method TEXT NOT NULL,
  outcome TEXT NOT NULL,
  attempts BIGINT NOT NULL,
  created_at DATETIME NOT NULL,
  at DATETIME NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS enforcements_source ON enforcements (source);
CREATE INDEX IF NOT EXISTS enforcements_state ON enforcements (state, at);
CREATE INDEX IF NOT EXISTS enforcements_grant ON enforcements (grant_id, created_at);
CREATE INDEX IF NOT EXISTS enforcements_router ON enforcements (router_id, created_at);
