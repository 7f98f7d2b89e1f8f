-- +goose Up
CREATE TABLE IF NOT EXISTS daybook_heads (
  name TEXT NOT NULL,
  seq BIGINT NOT NULL,
  PRIMARY KEY (name)
);
