-- +goose Up
CREATE TABLE IF NOT EXISTS accounting_set_aside (
  id BIGINT NOT NULL PRIMARY KEY,
  router_id BIGINT NOT NULL,
  cause TEXT NOT NULL,
  payload BLOB NOT NULL,
  at DATETIME NOT NULL
);
CREATE INDEX IF NOT EXISTS accounting_set_aside_router ON accounting_set_aside (router_id, at);
