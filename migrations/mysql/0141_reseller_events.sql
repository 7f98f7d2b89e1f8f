-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS reseller_events (
  id BIGINT NOT NULL,
  reseller_id BIGINT NOT NULL,
  seq BIGINT NOT NULL,
  kind VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  request VARCHAR(96) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  input VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
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
  note VARCHAR(800) NOT NULL,
  done_by VARCHAR(255) NOT NULL,
  at DATETIME(3) NOT NULL,
  day VARCHAR(10) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY reseller_events_seq (reseller_id, seq),
  UNIQUE KEY reseller_events_request (reseller_id, request),
  KEY reseller_events_day (reseller_id, day, seq)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
