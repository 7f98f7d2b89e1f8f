-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS customer_numbers (
  id BIGINT NOT NULL,
  number_key VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  loose VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  shown VARCHAR(260) NOT NULL,
  customer_id BIGINT NOT NULL,
  kind VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  made_at DATETIME(3) NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY customer_numbers_key (number_key),
  KEY customer_numbers_loose (loose),
  KEY customer_numbers_customer (customer_id, id)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
