-- +goose Up
CREATE TABLE IF NOT EXISTS money_differences (
  id BIGINT NOT NULL,
  day TEXT NOT NULL,
  item_key TEXT NOT NULL,
  cause TEXT NOT NULL,
  till_id BIGINT NOT NULL,
  receipt_id BIGINT NOT NULL,
  order_id BIGINT NOT NULL,
  site_id BIGINT NOT NULL,
  receipt TEXT NOT NULL,
  statement_cents BIGINT NOT NULL,
  books_cents BIGINT NOT NULL,
  cents BIGINT NOT NULL,
  at DATETIME NOT NULL,
  state TEXT NOT NULL,
  late BIGINT NOT NULL,
  owner BIGINT NOT NULL,
  reason TEXT NOT NULL,
  moved_by TEXT NOT NULL,
  moved_at DATETIME NOT NULL,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX IF NOT EXISTS money_differences_once ON money_differences (day, item_key);
CREATE INDEX IF NOT EXISTS money_differences_day ON money_differences (day, state, cents);
CREATE INDEX IF NOT EXISTS money_differences_state ON money_differences (state, at, id);
