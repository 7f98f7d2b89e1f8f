-- +goose Up
CREATE TABLE IF NOT EXISTS bill_run_parts (
  run_id BIGINT NOT NULL,
  n BIGINT NOT NULL,
  document BIGINT NOT NULL,
  payer_id BIGINT NOT NULL,
  subscription_id BIGINT NOT NULL,
  customer_id BIGINT NOT NULL,
  line TEXT NOT NULL,
  from_day TEXT NOT NULL,
  until_day TEXT NOT NULL,
  cents BIGINT NOT NULL,
  said_lines BIGINT NOT NULL,
  said TEXT NOT NULL,
  PRIMARY KEY (run_id, n)
);
CREATE INDEX IF NOT EXISTS bill_run_parts_document ON bill_run_parts (run_id, document, n);
CREATE INDEX IF NOT EXISTS bill_run_parts_payer ON bill_run_parts (run_id, payer_id, from_day, document, said_lines);
