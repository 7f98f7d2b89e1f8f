-- +goose Up
CREATE TABLE IF NOT EXISTS router_tunnels (
  router_id BIGINT NOT NULL PRIMARY KEY,
  address TEXT NOT NULL,
  public_key TEXT NOT NULL,
  preshared_sealed BLOB NULL,
  generation BIGINT NOT NULL,
  handshake_at DATETIME NULL,
  node TEXT NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS router_tunnels_address ON router_tunnels (address);
CREATE UNIQUE INDEX IF NOT EXISTS router_tunnels_public_key ON router_tunnels (public_key);
