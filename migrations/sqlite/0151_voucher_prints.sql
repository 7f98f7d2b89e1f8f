-- +goose Up
CREATE TABLE IF NOT EXISTS voucher_prints (
  id BIGINT NOT NULL,
  batch_id BIGINT NOT NULL,
  deed_id BIGINT NOT NULL,
  first_serial BIGINT NOT NULL,
  last_serial BIGINT NOT NULL,
  done_serial BIGINT NOT NULL,
  layout TEXT NOT NULL,
  site_id BIGINT NOT NULL,
  lang TEXT NOT NULL,
  state TEXT NOT NULL,
  reason TEXT NOT NULL,
  node TEXT NOT NULL,
  done_by TEXT NOT NULL,
  created_at DATETIME NOT NULL,
  seen_at DATETIME NOT NULL,
  ready_at DATETIME,
  PRIMARY KEY (id)
);
CREATE INDEX IF NOT EXISTS voucher_prints_batch ON voucher_prints (batch_id, id);
CREATE INDEX IF NOT EXISTS voucher_prints_state ON voucher_prints (state, ready_at);
