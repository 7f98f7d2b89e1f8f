-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS invoice_terms (
  customer_id BIGINT NOT NULL,
  review BIGINT NOT NULL,
  vip BIGINT NOT NULL,
  updated_at DATETIME(3) NOT NULL,
  PRIMARY KEY (customer_id)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
