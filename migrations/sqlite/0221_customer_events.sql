-- +goose Up
CREATE TABLE IF NOT EXISTS customer_events (
  id BIGINT NOT NULL,
  customer_id BIGINT NOT NULL,
  seq BIGINT NOT NULL,
  kind TEXT NOT NULL,
  request TEXT NOT NULL,
  input TEXT NOT NULL,
  how TEXT NOT NULL,
  reference TEXT,
  delta_cents BIGINT NOT NULL,
  balance_cents BIGINT NOT NULL,
  other_id BIGINT NOT NULL,
  note TEXT NOT NULL,
  done_by TEXT NOT NULL,
  at DATETIME NOT NULL,
  day TEXT NOT NULL,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX IF NOT EXISTS customer_events_seq ON customer_events (customer_id, seq);
CREATE UNIQUE INDEX IF NOT EXISTS customer_events_request ON customer_events (customer_id, request);
CREATE INDEX IF NOT EXISTS customer_events_day ON customer_events (day, how, id, delta_cents);
