-- +goose Up
CREATE TABLE IF NOT EXISTS backup_pieces (
  id BIGINT NOT NULL PRIMARY KEY,
  chain TEXT NOT NULL,
  number INT NOT NULL,
  state TEXT NOT NULL,
  target TEXT NOT NULL,
  name TEXT NOT NULL,
  bytes BIGINT NOT NULL,
  blocks INT NOT NULL,
  taken_at DATETIME NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS backup_pieces_number ON backup_pieces (chain, number);
CREATE INDEX IF NOT EXISTS backup_pieces_taken ON backup_pieces (state, target, taken_at);
CREATE INDEX IF NOT EXISTS backup_pieces_age ON backup_pieces (taken_at);
