-- +goose Up
CREATE TABLE IF NOT EXISTS own_addresses (
  address TEXT NOT NULL PRIMARY KEY,
  grant_id BIGINT NOT NULL
);
CREATE INDEX IF NOT EXISTS own_addresses_grant ON own_addresses (grant_id);
