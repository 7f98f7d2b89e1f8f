-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS customer_addresses (
  id BIGINT NOT NULL,
  customer_id BIGINT NOT NULL,
  kind VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  line VARCHAR(640) NOT NULL,
  area VARCHAR(320) NOT NULL,
  landmark VARCHAR(640) NOT NULL,
  lat_micro BIGINT NOT NULL,
  lng_micro BIGINT NOT NULL,
  made_at DATETIME(3) NOT NULL,
  PRIMARY KEY (id),
  KEY customer_addresses_customer (customer_id, id)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
