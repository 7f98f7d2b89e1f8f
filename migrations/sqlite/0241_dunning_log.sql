-- +goose Up
CREATE TABLE IF NOT EXISTS dunning_log (
  id BIGINT NOT NULL,
  customer_id BIGINT NOT NULL,
  invoice_id BIGINT NOT NULL,
  what TEXT NOT NULL,
  step TEXT NOT NULL,
  note TEXT NOT NULL,
  at DATETIME NOT NULL,
  PRIMARY KEY (id)
);
CREATE INDEX IF NOT EXISTS dunning_log_customer ON dunning_log (customer_id, id);
CREATE INDEX IF NOT EXISTS dunning_log_invoice ON dunning_log (invoice_id, id);
