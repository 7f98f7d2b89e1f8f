-- +goose Up
CREATE TABLE IF NOT EXISTS bill_run_documents (
  run_id BIGINT NOT NULL,
  n BIGINT NOT NULL,
  subscription_id BIGINT NOT NULL,
  customer_id BIGINT NOT NULL,
  from_day TEXT NOT NULL,
  until_day TEXT NOT NULL,
  fate TEXT NOT NULL,
  cents BIGINT NOT NULL,
  said TEXT NOT NULL,
  reason TEXT NOT NULL,
  PRIMARY KEY (run_id, n)
);
CREATE INDEX IF NOT EXISTS bill_run_documents_fate ON bill_run_documents (run_id, fate, n);
