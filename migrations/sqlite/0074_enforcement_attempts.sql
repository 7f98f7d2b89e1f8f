-- +goose Up
CREATE TABLE IF NOT EXISTS enforcement_attempts (
  id BIGINT NOT NULL PRIMARY KEY,
  enforcement_id BIGINT NOT NULL,
  attempt BIGINT NOT NULL,
  method TEXT NOT NULL,
  outcome TEXT NOT NULL,
  detail TEXT NOT NULL,
  at DATETIME NOT NULL
);
CREATE INDEX IF NOT EXISTS enforcement_attempts_of ON enforcement_attempts (enforcement_id, attempt);
