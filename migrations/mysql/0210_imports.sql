-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS imports (
  id BIGINT NOT NULL,
  source VARCHAR(100) NOT NULL,
  state VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  actor VARCHAR(320) NOT NULL,
  started_at DATETIME(3) NOT NULL,
  ended_at DATETIME(3),
  PRIMARY KEY (id),
  KEY imports_source (source, state, id)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
