-- +goose Up
CREATE TABLE IF NOT EXISTS refunds (
  id BIGINT NOT NULL,
  receipt_id BIGINT NOT NULL,
  open_receipt BIGINT,
  order_id BIGINT NOT NULL,
  grant_id BIGINT NOT NULL,
  account TEXT NOT NULL,
  amount_cents BIGINT NOT NULL,
  amount_currency TEXT NOT NULL,
  reason TEXT NOT NULL,
  state TEXT NOT NULL,
  asked_by BIGINT NOT NULL,
  decided_by BIGINT NOT NULL,
  paid_by BIGINT NOT NULL,
  alone BOOLEAN NOT NULL,
  how TEXT NOT NULL,
  sending BIGINT NOT NULL,
  reference TEXT NOT NULL,
  typed TEXT NOT NULL DEFAULT '',
  codes INT NOT NULL DEFAULT 0,
  code_by BIGINT NOT NULL DEFAULT 0,
  code_at DATETIME,
  asked_at DATETIME NOT NULL,
  decided_at DATETIME,
  paid_at DATETIME,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX IF NOT EXISTS refunds_open ON refunds (open_receipt);
CREATE INDEX IF NOT EXISTS refunds_receipt ON refunds (receipt_id);
CREATE INDEX IF NOT EXISTS refunds_grant ON refunds (grant_id, account);
CREATE INDEX IF NOT EXISTS refunds_state ON refunds (state, id);
CREATE INDEX IF NOT EXISTS refunds_decided ON refunds (decided_at);
