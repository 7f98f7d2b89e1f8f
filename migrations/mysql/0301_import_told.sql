-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS import_told (
  source_id BIGINT NOT NULL,
  done VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  n BIGINT NOT NULL,
  content MEDIUMBLOB NOT NULL,
  told_at DATETIME(3) NOT NULL,
  PRIMARY KEY (source_id, done, n),
  KEY import_told_at (told_at, source_id)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
