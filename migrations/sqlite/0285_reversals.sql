-- +goose Up
CREATE TABLE IF NOT EXISTS reversals (
  id BIGINT NOT NULL,
  till_id BIGINT NOT NULL,
  code TEXT NOT NULL,
  receipt TEXT NOT NULL,
  amount_cents BIGINT NOT NULL,
  amount_currency TEXT NOT NULL,
  at DATETIME NOT NULL,
  came_by TEXT NOT NULL,
  state TEXT NOT NULL,
  receipt_id BIGINT NOT NULL,
  placed TEXT NOT NULL,
  refund_id BIGINT NOT NULL,
  order_id BIGINT NOT NULL,
  grant_id BIGINT NOT NULL,
  holder_id BIGINT NOT NULL,
  account TEXT NOT NULL,
  service_cents BIGINT NOT NULL,
  lost_cents BIGINT NOT NULL,
  done_by TEXT NOT NULL,
  came_from TEXT NOT NULL,
  member BIGINT NOT NULL,
  created_at DATETIME NOT NULL,
  settled_at DATETIME,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX IF NOT EXISTS reversals_code ON reversals (till_id, code);
CREATE INDEX IF NOT EXISTS reversals_receipt ON reversals (till_id, receipt);
CREATE INDEX IF NOT EXISTS reversals_state ON reversals (state, id);
CREATE INDEX IF NOT EXISTS reversals_settled ON reversals (settled_at, state);
CREATE INDEX IF NOT EXISTS reversals_of ON reversals (receipt_id);
CREATE INDEX IF NOT EXISTS reversals_refund ON reversals (refund_id);
CREATE INDEX IF NOT EXISTS reversals_grant ON reversals (grant_id, account);
