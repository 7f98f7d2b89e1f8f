-- +goose Up
CREATE TABLE IF NOT EXISTS routers (
  id BIGINT NOT NULL PRIMARY KEY,
  site_id BIGINT NOT NULL,
  name TEXT NOT NULL,
  token TEXT NOT NULL,
  dialect TEXT NOT NULL,
  state TEXT NOT NULL,
  secret_sealed BLOB NOT NULL,
  old_secret_sealed BLOB NULL,
  old_secret_until DATETIME NULL,
  identifier TEXT NOT NULL,
  auth TEXT NOT NULL,
  auth_seen BOOLEAN NOT NULL,
  swap BOOLEAN NOT NULL,
  interim_seconds BIGINT NOT NULL,
  login_hosts TEXT NOT NULL,
  api_address TEXT NOT NULL,
  api_user TEXT NOT NULL,
  api_password_sealed BLOB NULL,
  api_tls BOOLEAN NOT NULL,
  api_cert TEXT NOT NULL,
  coa_address TEXT NOT NULL,
  uam_secret_sealed BLOB NULL,
  mac_login BOOLEAN NOT NULL,
  chap BOOLEAN NOT NULL,
  version BIGINT NOT NULL,
  last_heard_at DATETIME NULL,
  created_at DATETIME NOT NULL,
  updated_at DATETIME NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS routers_token ON routers (token);
CREATE UNIQUE INDEX IF NOT EXISTS routers_name ON routers (name);
CREATE INDEX IF NOT EXISTS routers_poll ON routers (version, last_heard_at);
CREATE TABLE IF NOT EXISTS router_addresses (
  prefix TEXT NOT NULL PRIMARY KEY,
  router_id BIGINT NOT NULL
);
CREATE INDEX IF NOT EXISTS router_addresses_router ON router_addresses (router_id);
