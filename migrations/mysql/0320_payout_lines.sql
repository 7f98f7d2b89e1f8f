-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS payout_lines (
  id BIGINT NOT NULL,
  code VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  till_id BIGINT NOT NULL,
  file_id BIGINT NOT NULL,
  row_n BIGINT NOT NULL,
  receipt VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  kind VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  at DATETIME(3) NOT NULL,
  in_cents BIGINT NOT NULL,
  out_cents BIGINT NOT NULL,
  balance_cents BIGINT,
  linked VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  said VARBINARY(1024) NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY payout_lines_once (code, receipt, kind),
  KEY payout_lines_receipt (receipt),
  KEY payout_lines_at (code, at, id),
  KEY payout_lines_file (file_id, row_n)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
