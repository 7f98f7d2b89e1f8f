-- +goose Up
CREATE TABLE IF NOT EXISTS invoice_allocations (
  id BIGINT NOT NULL,
  invoice_id BIGINT NOT NULL,
  customer_id BIGINT NOT NULL,
  source TEXT NOT NULL,
  cents BIGINT NOT NULL,
  back_cents BIGINT NOT NULL,
  at DATETIME NOT NULL,
  day TEXT NOT NULL,
  PRIMARY KEY (id)
);
CREATE INDEX IF NOT EXISTS invoice_allocations_invoice ON invoice_allocations (invoice_id, id);
CREATE INDEX IF NOT EXISTS invoice_allocations_customer ON invoice_allocations (customer_id, id);
