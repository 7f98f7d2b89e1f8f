-- +goose Up
CREATE TABLE IF NOT EXISTS payments (
  id BIGINT NOT NULL,
  order_id BIGINT NOT NULL,
  till_id BIGINT NOT NULL,
  site_id BIGINT NOT NULL,
  rail TEXT NOT NULL,
  state TEXT NOT NULL,
  amount_cents BIGINT NOT NULL,
  amount_currency TEXT NOT NULL,
  phone_hash TEXT NOT NULL,
  secret_hash TEXT NOT NULL,
  secret BLOB NOT NULL,
  merchant_request_id TEXT NOT NULL,
  checkout_request_id TEXT,
  reason TEXT NOT NULL,
  result_code TEXT NOT NULL,
  result_text TEXT NOT NULL,
  attention TEXT NOT NULL,
  asks INT NOT NULL,
  pushed_at DATETIME,
  settled_at DATETIME,
  created_at DATETIME NOT NULL,
  updated_at DATETIME NOT NULL,
  PRIMARY KEY (id)
);
CREATE INDEX IF NOT EXISTS payments_order ON payments (order_id);
CREATE UNIQUE INDEX IF NOT EXISTS payments_secret ON payments (secret_hash);
CREATE UNIQUE INDEX IF NOT EXISTS payments_checkout ON payments (checkout_request_id);
CREATE INDEX IF NOT EXISTS payments_state ON payments (state, created_at);
CREATE INDEX IF NOT EXISTS payments_payer ON payments (till_id, phone_hash, created_at);
CREATE INDEX IF NOT EXISTS payments_rung ON payments (phone_hash, created_at);
