-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS backup_pieces (
  id BIGINT NOT NULL PRIMARY KEY,
  chain VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  number INT NOT NULL,
  state VARCHAR(8) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  target VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  name VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  bytes BIGINT NOT NULL,
  blocks INT NOT NULL,
  taken_at DATETIME(3) NOT NULL,
  UNIQUE KEY backup_pieces_number (chain, number),
  KEY backup_pieces_taken (state, target, taken_at),
  KEY backup_pieces_age (taken_at)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
