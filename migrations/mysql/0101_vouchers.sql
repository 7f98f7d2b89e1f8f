-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS vouchers (
  id BIGINT NOT NULL,
  batch_id BIGINT NOT NULL,
  serial BIGINT NOT NULL,
  code_hash VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  code VARBINARY(255) NOT NULL,
  state VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  was VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  paid BIGINT NOT NULL,
  holder VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  deed_id BIGINT NOT NULL,
  grant_id BIGINT NOT NULL,
  earned_cents BIGINT NOT NULL,
  above_cents BIGINT NOT NULL,
  expires_at DATETIME(3) NULL,
  used_at DATETIME(3) NULL,
  alarmed_at DATETIME(3) NULL,
  PRIMARY KEY (id),
  UNIQUE KEY vouchers_code (code_hash),
  UNIQUE KEY vouchers_serial (batch_id, serial),
  KEY vouchers_used (used_at),
  KEY vouchers_stock (batch_id, state, paid),
  KEY vouchers_held (holder, paid, state, batch_id, serial),
  KEY vouchers_grant (grant_id),
  KEY vouchers_expiry (state, expires_at),
  KEY vouchers_alarm (alarmed_at)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
