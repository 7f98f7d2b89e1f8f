-- +goose Up
CREATE TABLE IF NOT EXISTS dunning_promises (
  customer_id BIGINT NOT NULL,
  until_day TEXT NOT NULL,
  note TEXT NOT NULL,
  done_by TEXT NOT NULL,
  at DATETIME NOT NULL,
  PRIMARY KEY (customer_id)
);
