-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS address_leases (
  pool_id BIGINT NOT NULL,
  prefix VARCHAR(43) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  grant_id BIGINT NOT NULL,
  mac VARCHAR(12) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  until DATETIME(3) NOT NULL,
  PRIMARY KEY (pool_id, prefix),
  KEY address_leases_free (pool_id, until),
  KEY address_leases_holder (pool_id, grant_id, mac),
  KEY address_leases_mac (pool_id, mac)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
