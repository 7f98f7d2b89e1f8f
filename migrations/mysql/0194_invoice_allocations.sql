-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS invoice_allocations (
  id BIGINT NOT NULL,
  invoice_id BIGINT NOT NULL,
  customer_id BIGINT NOT NULL,
  source VARCHAR(96) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  cents BIGINT NOT NULL,
  back_cents BIGINT NOT NULL,
  at DATETIME(3) NOT NULL,
  day VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  PRIMARY KEY (id),
  KEY invoice_allocations_invoice (invoice_id, id),
  KEY invoice_allocations_customer (customer_id, id)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
