-- +goose Up
CREATE TABLE IF NOT EXISTS api_calls (
  id BIGINT NOT NULL,
  key_id BIGINT NOT NULL,
  once_hash TEXT NOT NULL,
  asked_hash TEXT NOT NULL,
  state TEXT NOT NULL,
  run TEXT NOT NULL,
  made TEXT NOT NULL,
  status BIGINT NOT NULL,
  writes BIGINT NOT NULL,
  answer BLOB,
  made_at DATETIME NOT NULL,
  until DATETIME NOT NULL,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX IF NOT EXISTS api_calls_once ON api_calls (key_id, once_hash);
CREATE INDEX IF NOT EXISTS api_calls_made_at ON api_calls (made_at);
