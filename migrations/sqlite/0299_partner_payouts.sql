-- +goose Up
CREATE TABLE IF NOT EXISTS partner_payouts (
  id BIGINT NOT NULL,
  partner_id BIGINT NOT NULL,
  open_partner BIGINT,
  cents BIGINT NOT NULL,
  note TEXT NOT NULL,
  state TEXT NOT NULL,
  asked_by BIGINT NOT NULL,
  decided_by BIGINT NOT NULL,
  paid_by BIGINT NOT NULL,
  alone BOOLEAN NOT NULL,
  how TEXT NOT NULL,
  reference TEXT NOT NULL,
  sending BIGINT NOT NULL,
  phone_hash TEXT NOT NULL,
  asked_at DATETIME NOT NULL,
  decided_at DATETIME,
  paid_at DATETIME,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX IF NOT EXISTS partner_payouts_open ON partner_payouts (open_partner);
CREATE INDEX IF NOT EXISTS partner_payouts_partner ON partner_payouts (partner_id, id);
CREATE INDEX IF NOT EXISTS partner_payouts_state ON partner_payouts (state, id);
CREATE INDEX IF NOT EXISTS partner_payouts_paid ON partner_payouts (paid_by, paid_at);
