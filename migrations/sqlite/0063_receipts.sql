-- +goose Up
CREATE TABLE IF NOT EXISTS receipts (
  id BIGINT NOT NULL,
  till_id BIGINT NOT NULL,
  receipt TEXT,
  came_by TEXT NOT NULL,
  amount_cents BIGINT NOT NULL,
  amount_currency TEXT NOT NULL,
  payment_id BIGINT NOT NULL,
  order_id BIGINT NOT NULL,
  placed TEXT NOT NULL,
  payer_hash TEXT NOT NULL,
  payer BLOB NOT NULL,
  reference TEXT NOT NULL,
  merged_into BIGINT NOT NULL,
  reversed_cents BIGINT NOT NULL,
  holder_id BIGINT NOT NULL,
  arrived_at DATETIME NOT NULL,
  created_at DATETIME NOT NULL,
  updated_at DATETIME NOT NULL,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX IF NOT EXISTS receipts_receipt ON receipts (till_id, receipt);
CREATE INDEX IF NOT EXISTS receipts_payment ON receipts (payment_id);
CREATE INDEX IF NOT EXISTS receipts_order ON receipts (order_id);
CREATE INDEX IF NOT EXISTS receipts_placed ON receipts (placed, created_at);
CREATE INDEX IF NOT EXISTS receipts_payer ON receipts (payer_hash, created_at);
CREATE INDEX IF NOT EXISTS receipts_holder ON receipts (holder_id, placed, id);

CREATE TABLE IF NOT EXISTS credits (
  phone_hash TEXT NOT NULL,
  currency TEXT NOT NULL,
  balance_cents BIGINT NOT NULL,
  updated_at DATETIME NOT NULL,
  PRIMARY KEY (phone_hash, currency)
);

CREATE TABLE IF NOT EXISTS known_phones (
  phone_hash TEXT NOT NULL,
  sha_hash TEXT NOT NULL,
  phone BLOB NOT NULL,
  created_at DATETIME NOT NULL,
  PRIMARY KEY (phone_hash)
);
CREATE UNIQUE INDEX IF NOT EXISTS known_phones_sha ON known_phones (sha_hash);

CREATE TABLE IF NOT EXISTS receipt_claims (
  id BIGINT NOT NULL,
  order_id BIGINT NOT NULL,
  till_id BIGINT NOT NULL,
  receipt TEXT NOT NULL,
  state TEXT NOT NULL,
  secret_hash TEXT NOT NULL,
  secret BLOB NOT NULL,
  conversation_id TEXT NOT NULL,
  reason TEXT NOT NULL,
  created_at DATETIME NOT NULL,
  updated_at DATETIME NOT NULL,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX IF NOT EXISTS receipt_claims_once ON receipt_claims (order_id, receipt);
CREATE UNIQUE INDEX IF NOT EXISTS receipt_claims_secret ON receipt_claims (secret_hash);
CREATE INDEX IF NOT EXISTS receipt_claims_state ON receipt_claims (state, created_at);
