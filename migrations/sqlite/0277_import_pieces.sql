-- +goose Up
CREATE TABLE IF NOT EXISTS import_pieces (
  source_id BIGINT NOT NULL,
  kind TEXT NOT NULL,
  n BIGINT NOT NULL,
  content BLOB NOT NULL,
  PRIMARY KEY (source_id, kind, n)
);
