-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS receipts (
  id BIGINT NOT NULL,
  till_id BIGINT NOT NULL,
  receipt VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin,
  came_by VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  amount_cents BIGINT NOT NULL,
  amount_currency VARCHAR(3) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  payment_id BIGINT NOT NULL,
  order_id BIGINT NOT NULL,
  placed VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  payer_hash VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  payer VARBINARY(512) NOT NULL,
  reference VARCHAR(64) NOT NULL,
  merged_into BIGINT NOT NULL,
  reversed_cents BIGINT NOT NULL,
  holder_id BIGINT NOT NULL,
  arrived_at DATETIME(3) NOT NULL,
  created_at DATETIME(3) NOT NULL,
  updated_at DATETIME(3) NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY receipts_receipt (till_id, receipt),
  KEY receipts_payment (payment_id),
  KEY receipts_order (order_id),
  KEY receipts_placed (placed, created_at),
  KEY receipts_holder (holder_id, placed, id),
  KEY receipts_payer (payer_hash, created_at)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS credits (
  phone_hash VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  currency VARCHAR(3) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  balance_cents BIGINT NOT NULL,
  updated_at DATETIME(3) NOT NULL,
  PRIMARY KEY (phone_hash, currency)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS known_phones (
  phone_hash VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  sha_hash VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  phone VARBINARY(512) NOT NULL,
  created_at DATETIME(3) NOT NULL,
  PRIMARY KEY (phone_hash),
  UNIQUE KEY known_phones_sha (sha_hash)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS receipt_claims (
  id BIGINT NOT NULL,
  order_id BIGINT NOT NULL,
  till_id BIGINT NOT NULL,
  receipt VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  state VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  secret_hash VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  secret VARBINARY(512) NOT NULL,
  conversation_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  reason VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  created_at DATETIME(3) NOT NULL,
  updated_at DATETIME(3) NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY receipt_claims_once (order_id, receipt),
  UNIQUE KEY receipt_claims_secret (secret_hash),
  KEY receipt_claims_state (state, created_at)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
