-- +goose Up
CREATE TABLE IF NOT EXISTS customer_addresses (
  id BIGINT NOT NULL,
  customer_id BIGINT NOT NULL,
  kind TEXT NOT NULL,
  line TEXT NOT NULL,
  area TEXT NOT NULL,
  landmark TEXT NOT NULL,
  lat_micro BIGINT NOT NULL,
  lng_micro BIGINT NOT NULL,
  made_at DATETIME NOT NULL,
  PRIMARY KEY (id)
);
CREATE INDEX IF NOT EXISTS customer_addresses_customer ON customer_addresses (customer_id, id);
