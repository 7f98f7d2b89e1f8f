-- +goose Up
CREATE TABLE IF NOT EXISTS payout_lines (
  id BIGINT NOT NULL,
  code TEXT NOT NULL,
  till_id BIGINT NOT NULL,
  file_id BIGINT NOT NULL,
  row_n BIGINT NOT NULL,
  receipt TEXT NOT NULL,
  kind TEXT NOT NULL,
  at DATETIME NOT NULL,
  in_cents BIGINT NOT NULL,
  out_cents BIGINT NOT NULL,
  balance_cents BIGINT,
  linked TEXT NOT NULL,
  said BLOB NOT NULL,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX IF NOT EXISTS payout_lines_once ON payout_lines (code, receipt, kind);
CREATE INDEX IF NOT EXISTS payout_lines_receipt ON payout_lines (receipt);
CREATE INDEX IF NOT EXISTS payout_lines_at ON payout_lines (code, at, id);
CREATE INDEX IF NOT EXISTS payout_lines_file ON payout_lines (file_id, row_n);
