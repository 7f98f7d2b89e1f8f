-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS phone_codes (
  phone_hash VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  code_hash VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  tries BIGINT NOT NULL,
  expires_at DATETIME(3) NOT NULL,
  KEY phone_codes_expiry (expires_at)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
