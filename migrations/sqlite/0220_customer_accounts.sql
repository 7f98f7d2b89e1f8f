-- +goose Up
CREATE TABLE IF NOT EXISTS customer_accounts (
  customer_id BIGINT NOT NULL,
  balance_cents BIGINT NOT NULL,
  seq BIGINT NOT NULL,
  PRIMARY KEY (customer_id)
);
