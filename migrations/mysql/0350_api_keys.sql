-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS api_keys (
  id BIGINT NOT NULL,
  name VARCHAR(320) NOT NULL,
  hash VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  request VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin,
  scopes TEXT NOT NULL,
  sites TEXT NOT NULL,
  made_by VARCHAR(255) NOT NULL,
  made_at DATETIME(3) NOT NULL,
  until DATETIME(3),
  revoked_at DATETIME(3),
  used_at DATETIME(3),
  PRIMARY KEY (id),
  UNIQUE KEY api_keys_hash (hash),
  UNIQUE KEY api_keys_request (request)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
