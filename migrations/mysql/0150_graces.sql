-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS graces (
  id BIGINT NOT NULL PRIMARY KEY,
  order_id BIGINT NOT NULL,
  site_id BIGINT NOT NULL,
  grant_id BIGINT NOT NULL,
  phone_hash VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  mac VARCHAR(12) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  day BIGINT NOT NULL,
  hour BIGINT NOT NULL,
  n BIGINT NOT NULL,
  given_at DATETIME(3) NOT NULL,
  charged_at DATETIME(3) NULL,
  charged_seconds BIGINT NOT NULL,
  charged_bytes BIGINT NOT NULL,
  UNIQUE KEY graces_order (order_id),
  UNIQUE KEY graces_phone (phone_hash, day),
  UNIQUE KEY graces_mac (mac, day),
  UNIQUE KEY graces_hour (site_id, hour, n),
  KEY graces_of_phone (phone_hash, given_at),
  KEY graces_of_mac (mac, given_at)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
