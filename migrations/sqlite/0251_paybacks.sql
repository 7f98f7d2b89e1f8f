-- +goose Up
CREATE TABLE IF NOT EXISTS paybacks (
  id BIGINT NOT NULL,
  customer_id BIGINT NOT NULL,
  open_customer BIGINT,
  cents BIGINT NOT NULL,
  reason TEXT NOT NULL,
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
CREATE UNIQUE INDEX IF NOT EXISTS paybacks_open ON paybacks (open_customer);
CREATE INDEX IF NOT EXISTS paybacks_customer ON paybacks (customer_id, id);
CREATE INDEX IF NOT EXISTS paybacks_state ON paybacks (state, id);
CREATE INDEX IF NOT EXISTS paybacks_paid ON paybacks (paid_by, paid_at);
