-- +goose Up
CREATE TABLE IF NOT EXISTS invoice_terms (
  customer_id BIGINT NOT NULL,
  review BIGINT NOT NULL,
  vip BIGINT NOT NULL,
  updated_at DATETIME NOT NULL,
  PRIMARY KEY (customer_id)
);
