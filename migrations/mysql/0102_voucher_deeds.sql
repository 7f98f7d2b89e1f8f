-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS voucher_deeds (
  id BIGINT NOT NULL,
  kind VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  batch_id BIGINT NOT NULL,
  first_serial BIGINT NOT NULL,
  last_serial BIGINT NOT NULL,
  done_serial BIGINT NOT NULL,
  holder VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  paid BIGINT NOT NULL,
  cut BIGINT NOT NULL,
  undoes BIGINT NOT NULL,
  reason VARCHAR(255) NOT NULL,
  moved BIGINT NOT NULL,
  ended BIGINT NOT NULL,
  cents BIGINT NOT NULL,
  done_by VARCHAR(100) NOT NULL,
  created_at DATETIME(3) NOT NULL,
  PRIMARY KEY (id),
  KEY voucher_deeds_batch (batch_id, id)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
