-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS customer_identities (
  customer_id BIGINT NOT NULL,
  kind VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  number VARBINARY(512) NOT NULL,
  number_hash VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  updated_at DATETIME(3) NOT NULL,
  PRIMARY KEY (customer_id),
  KEY customer_identities_number (number_hash)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
