-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS router_tunnels (
  router_id BIGINT NOT NULL PRIMARY KEY,
  address VARCHAR(15) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  public_key VARCHAR(44) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  preshared_sealed VARBINARY(1000) NULL,
  generation BIGINT NOT NULL,
  handshake_at DATETIME(3) NULL,
  node VARCHAR(64) NOT NULL,
  UNIQUE KEY router_tunnels_address (address),
  UNIQUE KEY router_tunnels_public_key (public_key)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
