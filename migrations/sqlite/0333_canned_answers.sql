-- +goose Up
CREATE TABLE IF NOT EXISTS canned_answers (
  id BIGINT NOT NULL,
  name TEXT NOT NULL,
  english TEXT NOT NULL,
  swahili TEXT NOT NULL,
  changed_at DATETIME NOT NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX IF NOT EXISTS canned_answers_name ON canned_answers (name);
