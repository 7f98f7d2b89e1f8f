-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS pin_accounts (
  id BIGINT NOT NULL,
  kind VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  owner_id BIGINT NOT NULL,
  phone_hash VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  pin_hash VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  code_hash VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  code_until DATETIME(3) NOT NULL,
  updated_at DATETIME(3) NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY pin_accounts_phone (kind, phone_hash),
  UNIQUE KEY pin_accounts_owner (kind, owner_id)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
