-- +goose Up
CREATE TABLE IF NOT EXISTS tunnel_keys (
  generation BIGINT NOT NULL PRIMARY KEY,
  private_sealed BLOB NOT NULL,
  created_at DATETIME NOT NULL
);
