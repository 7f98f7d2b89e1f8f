-- +goose Up
CREATE TABLE IF NOT EXISTS customer_identities (
  customer_id BIGINT NOT NULL,
  kind TEXT NOT NULL,
  number BLOB NOT NULL,
  number_hash TEXT NOT NULL,
  updated_at DATETIME NOT NULL,
  PRIMARY KEY (customer_id)
);
CREATE INDEX IF NOT EXISTS customer_identities_number ON customer_identities (number_hash);
