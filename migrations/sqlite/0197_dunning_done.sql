-- +goose Up
CREATE TABLE IF NOT EXISTS dunning_done (
  invoice_id BIGINT NOT NULL,
  step TEXT NOT NULL,
  customer_id BIGINT NOT NULL,
  state TEXT NOT NULL,
  at DATETIME NOT NULL,
  PRIMARY KEY (invoice_id, step)
);
CREATE INDEX IF NOT EXISTS dunning_done_customer ON dunning_done (customer_id, state);
