-- +goose Up
CREATE TABLE IF NOT EXISTS family_bills (
  customer_id BIGINT NOT NULL,
  from_day TEXT NOT NULL,
  one BIGINT NOT NULL,
  done_by TEXT NOT NULL,
  at DATETIME NOT NULL,
  PRIMARY KEY (customer_id, from_day)
) WITHOUT ROWID;
