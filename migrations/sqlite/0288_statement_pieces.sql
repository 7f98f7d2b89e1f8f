-- +goose Up
CREATE TABLE IF NOT EXISTS statement_pieces (
  file_id BIGINT NOT NULL,
  kind TEXT NOT NULL,
  n BIGINT NOT NULL,
  content BLOB NOT NULL,
  PRIMARY KEY (file_id, kind, n)
);
