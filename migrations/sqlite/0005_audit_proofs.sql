-- +goose Up
CREATE TABLE IF NOT EXISTS audit_proofs (
  id BIGINT NOT NULL PRIMARY KEY,
  asked_at DATETIME NOT NULL,
  done_at DATETIME NULL,
  after_id BIGINT NOT NULL,
  all_events BOOLEAN NOT NULL,
  seq BIGINT NOT NULL,
  hash TEXT NOT NULL,
  events BIGINT NOT NULL,
  problems BIGINT NOT NULL,
  said TEXT NOT NULL
);
