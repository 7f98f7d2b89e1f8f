-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS tills (
  id BIGINT NOT NULL,
  till_key VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  type VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  short_code VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  store_number VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  party_b VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  consumer_key VARCHAR(100) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  consumer_secret VARBINARY(512) NOT NULL,
  passkey VARBINARY(512) NOT NULL,
  payout_code VARCHAR(8) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  initiator VARCHAR(64) NOT NULL,
  initiator_password VARBINARY(512) NOT NULL,
  certificate TEXT NOT NULL,
  base_url VARCHAR(200) NOT NULL,
  callback_hash VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  callback_secret VARBINARY(512) NOT NULL,
  registered_url VARCHAR(200) NOT NULL,
  state VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  created_at DATETIME(3) NOT NULL,
  updated_at DATETIME(3) NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY tills_key (till_key),
  UNIQUE KEY tills_callback (callback_hash)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS till_sites (
  site_id BIGINT NOT NULL,
  till_id BIGINT NOT NULL,
  PRIMARY KEY (site_id),
  KEY till_sites_till (till_id)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS rail_tokens (
  consumer_hash VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  token VARBINARY(512) NOT NULL,
  expires_at DATETIME(3) NOT NULL,
  holder VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  held_until DATETIME(3) NOT NULL,
  PRIMARY KEY (consumer_hash)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
