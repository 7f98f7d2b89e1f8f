-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS address_pools (
  id BIGINT NOT NULL PRIMARY KEY,
  name VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  prefixes TEXT NOT NULL,
  length BIGINT NOT NULL,
  updated_at DATETIME(3) NOT NULL,
  UNIQUE KEY address_pools_name (name)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
