-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS voucher_prints (
  id BIGINT NOT NULL,
  batch_id BIGINT NOT NULL,
  deed_id BIGINT NOT NULL,
  first_serial BIGINT NOT NULL,
  last_serial BIGINT NOT NULL,
  done_serial BIGINT NOT NULL,
  layout VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  site_id BIGINT NOT NULL,
  lang VARCHAR(8) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  state VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  reason VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  node VARCHAR(255) NOT NULL,
  done_by VARCHAR(255) NOT NULL,
  created_at DATETIME(3) NOT NULL,
  seen_at DATETIME(3) NOT NULL,
  ready_at DATETIME(3),
  PRIMARY KEY (id),
  KEY voucher_prints_batch (batch_id, id),
  KEY voucher_prints_state (state, ready_at)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
