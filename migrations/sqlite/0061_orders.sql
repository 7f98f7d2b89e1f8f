-- +goose Up
CREATE TABLE IF NOT EXISTS orders (
  id BIGINT NOT NULL,
  code TEXT NOT NULL,
  token_hash TEXT NOT NULL,
  token BLOB NOT NULL,
  once_hash TEXT NOT NULL,
  site_id BIGINT NOT NULL,
  plan_id BIGINT NOT NULL,
  plan_key TEXT NOT NULL,
  plan_name_en TEXT NOT NULL,
  plan_name_sw TEXT NOT NULL,
  segment TEXT NOT NULL,
  price_cents BIGINT NOT NULL,
  price_currency TEXT NOT NULL,
  excise_cents BIGINT NOT NULL DEFAULT 0,
  vat_cents BIGINT NOT NULL DEFAULT 0,
  limits TEXT NOT NULL,
  phone BLOB NOT NULL,
  phone_hash TEXT NOT NULL,
  phone_mask TEXT NOT NULL,
  router_id BIGINT NOT NULL,
  mac TEXT NOT NULL,
  ip TEXT NOT NULL,
  visit TEXT NOT NULL,
  lang TEXT NOT NULL,
  state TEXT NOT NULL,
  grant_id BIGINT NOT NULL,
  how TEXT NOT NULL,
  created_at DATETIME NOT NULL,
  paid_at DATETIME,
  updated_at DATETIME NOT NULL,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX IF NOT EXISTS orders_code ON orders (code);
CREATE UNIQUE INDEX IF NOT EXISTS orders_token ON orders (token_hash);
CREATE UNIQUE INDEX IF NOT EXISTS orders_once ON orders (once_hash);
CREATE INDEX IF NOT EXISTS orders_phone ON orders (phone_hash, created_at);
CREATE INDEX IF NOT EXISTS orders_device ON orders (site_id, mac, created_at);
CREATE INDEX IF NOT EXISTS orders_grant ON orders (grant_id);
CREATE INDEX IF NOT EXISTS orders_mac ON orders (mac, id);
CREATE INDEX IF NOT EXISTS orders_paid ON orders (site_id, paid_at);
CREATE INDEX IF NOT EXISTS orders_place ON orders (site_id, id);
