-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS daybook_months (
  account VARCHAR(8) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  month VARCHAR(7) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  kind VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  plan_key VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  site_id BIGINT NOT NULL,
  way VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  reseller_id BIGINT NOT NULL,
  partner_id BIGINT NOT NULL,
  debit_cents BIGINT NOT NULL,
  credit_cents BIGINT NOT NULL,
  postings BIGINT NOT NULL,
  PRIMARY KEY (account, month, kind, plan_key, site_id, way, reseller_id, partner_id)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
