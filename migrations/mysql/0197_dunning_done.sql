-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS dunning_done (
  invoice_id BIGINT NOT NULL,
  step VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  customer_id BIGINT NOT NULL,
  state VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  at DATETIME(3) NOT NULL,
  PRIMARY KEY (invoice_id, step),
  KEY dunning_done_customer (customer_id, state)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
