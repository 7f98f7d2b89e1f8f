-- +goose Up
CREATE TABLE IF NOT EXISTS cash_counts (
  id BIGINT NOT NULL,
  cashier TEXT NOT NULL,
  day TEXT NOT NULL,
  n BIGINT NOT NULL,
  float_cents BIGINT NOT NULL,
  in_cents BIGINT NOT NULL,
  out_cents BIGINT NOT NULL,
  counted_cents BIGINT NOT NULL,
  note TEXT NOT NULL,
  done_by TEXT NOT NULL,
  at DATETIME NOT NULL,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX IF NOT EXISTS cash_counts_day ON cash_counts (cashier, day, n);
CREATE INDEX IF NOT EXISTS cash_counts_listed ON cash_counts (day, id);
