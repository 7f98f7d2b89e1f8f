-- +goose Up
CREATE TABLE IF NOT EXISTS tax_books (
  kind TEXT NOT NULL,
  changes BIGINT NOT NULL,
  PRIMARY KEY (kind)
);
