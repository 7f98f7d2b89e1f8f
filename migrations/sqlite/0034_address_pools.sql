-- +goose Up
CREATE TABLE IF NOT EXISTS address_pools (
  id BIGINT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  prefixes TEXT NOT NULL,
  length BIGINT NOT NULL,
  updated_at DATETIME NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS address_pools_name ON address_pools (name);
