-- +goose Up
CREATE TABLE IF NOT EXISTS prompt_consents (
  customer_id BIGINT NOT NULL,
  phone BLOB NOT NULL,
  who TEXT NOT NULL,
  done_by TEXT NOT NULL,
  at DATETIME NOT NULL,
  PRIMARY KEY (customer_id)
);
