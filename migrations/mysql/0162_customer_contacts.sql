-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS customer_contacts (
  id BIGINT NOT NULL,
  customer_id BIGINT NOT NULL,
  kind VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  value VARBINARY(512) NOT NULL,
  value_hash VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  person VARCHAR(320) NOT NULL,
  for_bills BIGINT NOT NULL,
  for_alerts BIGINT NOT NULL,
  made_at DATETIME(3) NOT NULL,
  PRIMARY KEY (id),
  KEY customer_contacts_customer (customer_id, id),
  KEY customer_contacts_value (value_hash)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
