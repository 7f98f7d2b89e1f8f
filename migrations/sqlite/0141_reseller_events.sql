-- +goose Up
CREATE TABLE IF NOT EXISTS reseller_events (
  id BIGINT NOT NULL,
  reseller_id BIGINT NOT NULL,
  seq BIGINT NOT NULL,
  kind TEXT NOT NULL,
  request TEXT NOT NULL,
  input TEXT NOT NULL,
  batch_id BIGINT NOT NULL,
  first_serial BIGINT NOT NULL,
  last_serial BIGINT NOT NULL,
  vouchers BIGINT NOT NULL,
  gross_cents BIGINT NOT NULL,
  earned_cents BIGINT NOT NULL,
  above_cents BIGINT NOT NULL,
  delta_cents BIGINT NOT NULL,
  balance_cents BIGINT NOT NULL,
  other_id BIGINT NOT NULL,
  note TEXT NOT NULL,
  done_by TEXT NOT NULL,
  at DATETIME NOT NULL,
  day TEXT NOT NULL,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX IF NOT EXISTS reseller_events_seq ON reseller_events (reseller_id, seq);
CREATE UNIQUE INDEX IF NOT EXISTS reseller_events_request ON reseller_events (reseller_id, request);
CREATE INDEX IF NOT EXISTS reseller_events_day ON reseller_events (reseller_id, day, seq);
CREATE INDEX IF NOT EXISTS reseller_events_on ON reseller_events (day, reseller_id);
CREATE INDEX IF NOT EXISTS reseller_events_other ON reseller_events (other_id);
