-- +goose Up
CREATE TABLE IF NOT EXISTS customer_numbers (
  id BIGINT NOT NULL,
  number_key TEXT NOT NULL,
  loose TEXT NOT NULL,
  shown TEXT NOT NULL,
  customer_id BIGINT NOT NULL,
  kind TEXT NOT NULL,
  made_at DATETIME NOT NULL,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX IF NOT EXISTS customer_numbers_key ON customer_numbers (number_key);
CREATE INDEX IF NOT EXISTS customer_numbers_loose ON customer_numbers (loose);
CREATE INDEX IF NOT EXISTS customer_numbers_customer ON customer_numbers (customer_id, id);
