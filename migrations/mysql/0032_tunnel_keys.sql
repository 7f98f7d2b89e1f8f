-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS tunnel_keys (
  generation BIGINT NOT NULL PRIMARY KEY,
  private_sealed VARBINARY(1000) NOT NULL,
  created_at DATETIME(3) NOT NULL
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
