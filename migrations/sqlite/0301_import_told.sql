-- +goose Up
CREATE TABLE IF NOT EXISTS import_told (
  source_id BIGINT NOT NULL,
  done TEXT NOT NULL,
  n BIGINT NOT NULL,
  content BLOB NOT NULL,
  told_at DATETIME NOT NULL,
  PRIMARY KEY (source_id, done, n)
);
CREATE INDEX IF NOT EXISTS import_told_at ON import_told (told_at, source_id);
