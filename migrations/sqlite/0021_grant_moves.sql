-- +goose Up
CREATE TABLE IF NOT EXISTS grant_moves (
  id BIGINT NOT NULL PRIMARY KEY,
  grant_id BIGINT NOT NULL,
  n BIGINT NOT NULL,
  from_mac TEXT NOT NULL,
  to_mac TEXT NOT NULL,
  how TEXT NOT NULL,
  at DATETIME NOT NULL
);
CREATE INDEX IF NOT EXISTS grant_moves_grant ON grant_moves (grant_id, at);
CREATE INDEX IF NOT EXISTS grant_moves_how ON grant_moves (how, at);
