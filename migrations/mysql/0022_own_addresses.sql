-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS own_addresses (
  address VARCHAR(43) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  grant_id BIGINT NOT NULL,
  KEY own_addresses_grant (grant_id)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
