-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS api_calls (
  id BIGINT NOT NULL,
  key_id BIGINT NOT NULL,
  once_hash VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  asked_hash VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  state VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  run VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  made VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  status BIGINT NOT NULL,
  writes BIGINT NOT NULL,
  answer MEDIUMBLOB,
  made_at DATETIME(3) NOT NULL,
  until DATETIME(3) NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY api_calls_once (key_id, once_hash),
  KEY api_calls_made_at (made_at)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
