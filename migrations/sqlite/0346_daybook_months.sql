-- +goose Up
CREATE TABLE IF NOT EXISTS daybook_months (
  account TEXT NOT NULL,
  month TEXT NOT NULL,
  kind TEXT NOT NULL,
  plan_key TEXT NOT NULL,
  site_id BIGINT NOT NULL,
  way TEXT NOT NULL,
  reseller_id BIGINT NOT NULL,
  partner_id BIGINT NOT NULL,
  debit_cents BIGINT NOT NULL,
  credit_cents BIGINT NOT NULL,
  postings BIGINT NOT NULL,
  PRIMARY KEY (account, month, kind, plan_key, site_id, way, reseller_id, partner_id)
);
