-- +goose Up
CREATE TABLE IF NOT EXISTS payment_promises (
  id BIGINT NOT NULL,
  customer_id BIGINT NOT NULL,
  until_day TEXT NOT NULL,
  cents BIGINT NOT NULL,
  who TEXT NOT NULL,
  note TEXT NOT NULL,
  done_by TEXT NOT NULL,
  at DATETIME NOT NULL,
  request TEXT,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX IF NOT EXISTS payment_promises_request ON payment_promises (request);
CREATE INDEX IF NOT EXISTS payment_promises_customer ON payment_promises (customer_id, id);
