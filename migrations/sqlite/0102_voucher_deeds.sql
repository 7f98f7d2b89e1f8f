-- +goose Up
CREATE TABLE IF NOT EXISTS voucher_deeds (
  id BIGINT NOT NULL,
  kind TEXT NOT NULL,
  batch_id BIGINT NOT NULL,
  first_serial BIGINT NOT NULL,
  last_serial BIGINT NOT NULL,
  done_serial BIGINT NOT NULL,
  holder TEXT NOT NULL,
  paid BIGINT NOT NULL,
  cut BIGINT NOT NULL,
  undoes BIGINT NOT NULL,
  reason TEXT NOT NULL,
  moved BIGINT NOT NULL,
  ended BIGINT NOT NULL,
  cents BIGINT NOT NULL,
  done_by TEXT NOT NULL,
  created_at DATETIME NOT NULL,
  PRIMARY KEY (id)
);
CREATE INDEX IF NOT EXISTS voucher_deeds_batch ON voucher_deeds (batch_id, id);
