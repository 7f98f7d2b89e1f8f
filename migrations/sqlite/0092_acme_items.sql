-- +goose Up
CREATE TABLE IF NOT EXISTS acme_items (
  name TEXT NOT NULL PRIMARY KEY,
  value BLOB NOT NULL,
  size BIGINT NOT NULL,
  updated_at DATETIME NOT NULL
);
