-- +goose Up
CREATE TABLE IF NOT EXISTS book_proofs (
  id BIGINT NOT NULL,
  asked_at DATETIME NOT NULL,
  done_at DATETIME NULL,
  after_id BIGINT NOT NULL,
  seq BIGINT NOT NULL,
  hash TEXT NOT NULL,
  day TEXT NOT NULL,
  entries BIGINT NOT NULL,
  problems BIGINT NOT NULL,
  said TEXT NOT NULL,
  PRIMARY KEY (id)
);
