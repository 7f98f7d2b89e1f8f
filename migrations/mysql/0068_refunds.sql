-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS refunds (
  id BIGINT NOT NULL,
  receipt_id BIGINT NOT NULL,
  open_receipt BIGINT,
  order_id BIGINT NOT NULL,
  grant_id BIGINT NOT NULL,
  account VARCHAR(8) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  amount_cents BIGINT NOT NULL,
  amount_currency VARCHAR(3) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  reason VARCHAR(255) NOT NULL,
  state VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  asked_by BIGINT NOT NULL,
  decided_by BIGINT NOT NULL,
  paid_by BIGINT NOT NULL,
  how VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  sending BIGINT NOT NULL,
  reference VARCHAR(64) NOT NULL,
  asked_at DATETIME(3) NOT NULL,
  decided_at DATETIME(3),
  paid_at DATETIME(3),
  PRIMARY KEY (id),
  UNIQUE KEY refunds_open (open_receipt),
  KEY refunds_decided (decided_at),
  KEY refunds_receipt (receipt_id),
  KEY refunds_grant (grant_id, account),
  KEY refunds_state (state, id)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
