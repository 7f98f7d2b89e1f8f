-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS routers (
  id BIGINT NOT NULL PRIMARY KEY,
  site_id BIGINT NOT NULL,
  name VARCHAR(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  token VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  dialect VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  state VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  secret_sealed VARBINARY(1000) NOT NULL,
  old_secret_sealed VARBINARY(1000) NULL,
  old_secret_until DATETIME(3) NULL,
  identifier VARCHAR(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  auth VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  auth_seen BOOLEAN NOT NULL,
  swap BOOLEAN NOT NULL,
  interim_seconds BIGINT NOT NULL,
  login_hosts TEXT CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  api_address VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  api_user VARCHAR(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  api_password_sealed VARBINARY(1000) NULL,
  api_tls BOOLEAN NOT NULL,
  api_cert TEXT CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  coa_address VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  uam_secret_sealed VARBINARY(1000) NULL,
  mac_login BOOLEAN NOT NULL,
  chap BOOLEAN NOT NULL,
  version BIGINT NOT NULL,
  last_heard_at DATETIME(3) NULL,
  created_at DATETIME(3) NOT NULL,
  updated_at DATETIME(3) NOT NULL,
  UNIQUE KEY routers_token (token),
  UNIQUE KEY routers_name (name),
  KEY routers_poll (version, last_heard_at)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE TABLE IF NOT EXISTS router_addresses (
  prefix VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  router_id BIGINT NOT NULL,
  KEY router_addresses_router (router_id)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
