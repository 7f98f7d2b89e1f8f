-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS dunning_log (
  id BIGINT NOT NULL,
  customer_id BIGINT NOT NULL,
  invoice_id BIGINT NOT NULL,
  what VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  step VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  note VARCHAR(800) NOT NULL,
  at DATETIME(3) NOT NULL,
  PRIMARY KEY (id),
  KEY dunning_log_customer (customer_id, id),
  KEY dunning_log_invoice (invoice_id, id)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
