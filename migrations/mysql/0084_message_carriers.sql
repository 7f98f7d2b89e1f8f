-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS message_carriers (
  channel VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  configuration BLOB NOT NULL,
  balance_e4 BIGINT NOT NULL,
  balance_currency VARCHAR(3) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  balance_at DATETIME(3),
  updated_at DATETIME(3) NOT NULL
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
