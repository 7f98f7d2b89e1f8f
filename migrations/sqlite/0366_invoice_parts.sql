-- +goose Up
CREATE TABLE IF NOT EXISTS invoice_parts (
  part_id BIGINT NOT NULL,
  bill_id BIGINT NOT NULL,
  child_id BIGINT NOT NULL,
  whose TEXT NOT NULL,
  PRIMARY KEY (part_id)
);
CREATE INDEX IF NOT EXISTS invoice_parts_bill ON invoice_parts (bill_id, part_id);
