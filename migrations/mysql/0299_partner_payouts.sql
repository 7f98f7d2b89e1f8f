-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS partner_payouts (
  id BIGINT NOT NULL,
  partner_id BIGINT NOT NULL,
  open_partner BIGINT,
  cents BIGINT NOT NULL,
  note VARCHAR(800) NOT NULL,
  state VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  asked_by BIGINT NOT NULL,
  decided_by BIGINT NOT NULL,
  paid_by BIGINT NOT NULL,
  alone BOOLEAN NOT NULL,
  how VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  reference VARCHAR(240) NOT NULL,
  sending BIGINT NOT NULL,
  phone_hash VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  asked_at DATETIME(3) NOT NULL,
  decided_at DATETIME(3),
  paid_at DATETIME(3),
  PRIMARY KEY (id),
  UNIQUE KEY partner_payouts_open (open_partner),
  KEY partner_payouts_partner (partner_id, id),
  KEY partner_payouts_state (state, id),
  KEY partner_payouts_paid (paid_by, paid_at)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
