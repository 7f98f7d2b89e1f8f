-- +goose Up
CREATE TABLE IF NOT EXISTS paper_brands (
  hash TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  accent TEXT NOT NULL,
  accent_ink TEXT NOT NULL,
  logo BLOB NOT NULL,
  logo_type TEXT NOT NULL
);
