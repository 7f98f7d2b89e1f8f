-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS grant_moves (
  id BIGINT NOT NULL PRIMARY KEY,
  grant_id BIGINT NOT NULL,
  n BIGINT NOT NULL,
  from_mac VARCHAR(12) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  to_mac VARCHAR(12) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  how VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  at DATETIME(3) NOT NULL,
  KEY grant_moves_grant (grant_id, at),
  KEY grant_moves_how (how, at)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
