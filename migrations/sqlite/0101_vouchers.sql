-- +goose Up
CREATE TABLE IF NOT EXISTS vouchers (
  id BIGINT NOT NULL,
  batch_id BIGINT NOT NULL,
  serial BIGINT NOT NULL,
  code_hash TEXT NOT NULL,
  code BLOB NOT NULL,
  state TEXT NOT NULL,
  was TEXT NOT NULL,
  paid BIGINT NOT NULL,
  holder TEXT NOT NULL,
  deed_id BIGINT NOT NULL,
  grant_id BIGINT NOT NULL,
  earned_cents BIGINT NOT NULL,
  above_cents BIGINT NOT NULL,
  expires_at DATETIME NULL,
  used_at DATETIME NULL,
  alarmed_at DATETIME NULL,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX IF NOT EXISTS vouchers_code ON vouchers (code_hash);
CREATE UNIQUE INDEX IF NOT EXISTS vouchers_serial ON vouchers (batch_id, serial);
CREATE INDEX IF NOT EXISTS vouchers_stock ON vouchers (batch_id, state, paid);
CREATE INDEX IF NOT EXISTS vouchers_held ON vouchers (holder, paid, state, batch_id, serial);
CREATE INDEX IF NOT EXISTS vouchers_grant ON vouchers (grant_id);
CREATE INDEX IF NOT EXISTS vouchers_expiry ON vouchers (state, expires_at);
CREATE INDEX IF NOT EXISTS vouchers_alarm ON vouchers (alarmed_at);
CREATE INDEX IF NOT EXISTS vouchers_used ON vouchers (used_at);
