-- +goose Up
CREATE TABLE IF NOT EXISTS voucher_batches (
  id BIGINT NOT NULL,
  number BIGINT NOT NULL,
  plan_id BIGINT NOT NULL,
  plan_key TEXT NOT NULL,
  name_en TEXT NOT NULL,
  name_sw TEXT NOT NULL,
  segment TEXT NOT NULL,
  limits TEXT NOT NULL,
  price_cents BIGINT NOT NULL,
  price_currency TEXT NOT NULL,
  site_id BIGINT NOT NULL,
  size BIGINT NOT NULL,
  made BIGINT NOT NULL,
  code_random BIGINT NOT NULL,
  code_digits BIGINT NOT NULL,
  code_prefix TEXT NOT NULL,
  code_group BIGINT NOT NULL,
  live BIGINT NOT NULL,
  unsold_until DATETIME NULL,
  unused_seconds BIGINT NOT NULL,
  state TEXT NOT NULL,
  created_by TEXT NOT NULL,
  created_at DATETIME NOT NULL,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX IF NOT EXISTS voucher_batches_number ON voucher_batches (number);
CREATE INDEX IF NOT EXISTS voucher_batches_style ON voucher_batches (code_digits, code_random, site_id);
CREATE INDEX IF NOT EXISTS voucher_batches_shelf ON voucher_batches (state, plan_id, site_id);
