-- +goose Up
CREATE TABLE IF NOT EXISTS invoices (
  id BIGINT NOT NULL,
  kind TEXT NOT NULL,
  state TEXT NOT NULL,
  cause TEXT NOT NULL,
  customer_id BIGINT NOT NULL,
  subscription_id BIGINT NOT NULL,
  period_day TEXT NOT NULL,
  period_until TEXT NOT NULL,
  series TEXT NOT NULL,
  number BIGINT,
  of_id BIGINT NOT NULL,
  net_cents BIGINT NOT NULL,
  excise_cents BIGINT NOT NULL,
  vat_cents BIGINT NOT NULL,
  gross_cents BIGINT NOT NULL,
  paid_cents BIGINT NOT NULL,
  credited_cents BIGINT NOT NULL,
  written_cents BIGINT NOT NULL,
  open_cents BIGINT NOT NULL,
  po_number TEXT NOT NULL,
  note TEXT NOT NULL,
  day TEXT NOT NULL,
  due_day TEXT NOT NULL,
  control_number TEXT NOT NULL,
  control_qr TEXT NOT NULL,
  done_by TEXT NOT NULL,
  line TEXT NOT NULL,
  lines_hash TEXT NOT NULL,
  created_at DATETIME NOT NULL,
  issued_at DATETIME,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX IF NOT EXISTS invoices_cause ON invoices (cause);
CREATE UNIQUE INDEX IF NOT EXISTS invoices_number ON invoices (series, number);
CREATE INDEX IF NOT EXISTS invoices_state ON invoices (state, id);
CREATE INDEX IF NOT EXISTS invoices_open ON invoices (state, customer_id, due_day, open_cents);
CREATE INDEX IF NOT EXISTS invoices_customer ON invoices (customer_id, id);
CREATE INDEX IF NOT EXISTS invoices_subscription ON invoices (subscription_id, period_day);
CREATE INDEX IF NOT EXISTS invoices_of ON invoices (of_id, id);
CREATE INDEX IF NOT EXISTS invoices_due ON invoices (state, due_day, id);
CREATE INDEX IF NOT EXISTS invoices_late ON invoices (state, due_day, open_cents);
