-- +goose Up
CREATE TABLE IF NOT EXISTS address_leases (
  pool_id BIGINT NOT NULL,
  prefix TEXT NOT NULL,
  grant_id BIGINT NOT NULL,
  mac TEXT NOT NULL,
  until DATETIME NOT NULL,
  PRIMARY KEY (pool_id, prefix)
);
CREATE INDEX IF NOT EXISTS address_leases_free ON address_leases (pool_id, until);
CREATE INDEX IF NOT EXISTS address_leases_holder ON address_leases (pool_id, grant_id, mac);
CREATE INDEX IF NOT EXISTS address_leases_mac ON address_leases (pool_id, mac);
