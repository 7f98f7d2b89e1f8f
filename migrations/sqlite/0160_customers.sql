-- +goose Up
CREATE TABLE IF NOT EXISTS customers (
  id BIGINT NOT NULL,
  number TEXT NOT NULL,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  state TEXT NOT NULL,
  merged_into BIGINT NOT NULL,
  segment TEXT NOT NULL,
  site_id BIGINT NOT NULL,
  lang TEXT NOT NULL,
  pin TEXT NOT NULL,
  parent_id BIGINT NOT NULL,
  parent_pays BIGINT NOT NULL,
  bill_day BIGINT NOT NULL,
  bill_weekday BIGINT NOT NULL DEFAULT 0,
  payment_days BIGINT,
  tax_exempt BIGINT NOT NULL,
  exempt_certificate TEXT NOT NULL,
  exempt_from TEXT NOT NULL,
  exempt_until TEXT NOT NULL,
  purchase_order_needed BIGINT NOT NULL,
  purchase_order TEXT NOT NULL,
  created_at DATETIME NOT NULL,
  closed_at DATETIME,
  version BIGINT NOT NULL,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX IF NOT EXISTS customers_number ON customers (number);
CREATE INDEX IF NOT EXISTS customers_state ON customers (state, id);
CREATE INDEX IF NOT EXISTS customers_site ON customers (site_id, state, id);
CREATE INDEX IF NOT EXISTS customers_segment ON customers (segment, state, id);
CREATE INDEX IF NOT EXISTS customers_parent ON customers (parent_id, id);
CREATE INDEX IF NOT EXISTS customers_pin ON customers (pin);
CREATE INDEX IF NOT EXISTS customers_merged ON customers (merged_into);
