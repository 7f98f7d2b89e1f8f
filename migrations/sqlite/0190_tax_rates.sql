-- +goose Up
CREATE TABLE IF NOT EXISTS tax_rates (
  id BIGINT NOT NULL,
  kind TEXT NOT NULL,
  share BIGINT NOT NULL,
  from_day TEXT NOT NULL,
  until_day TEXT NOT NULL,
  supplies TEXT NOT NULL,
  note TEXT NOT NULL,
  done_by TEXT NOT NULL,
  updated_at DATETIME NOT NULL,
  PRIMARY KEY (id)
);
CREATE INDEX IF NOT EXISTS tax_rates_kind ON tax_rates (kind, from_day);
