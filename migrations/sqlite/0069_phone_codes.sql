-- +goose Up
CREATE TABLE IF NOT EXISTS phone_codes (
  phone_hash TEXT NOT NULL PRIMARY KEY,
  code_hash TEXT NOT NULL,
  tries BIGINT NOT NULL,
  expires_at DATETIME NOT NULL
);
CREATE INDEX IF NOT EXISTS phone_codes_expiry ON phone_codes (expires_at);
