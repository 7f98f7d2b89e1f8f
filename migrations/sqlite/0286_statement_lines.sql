-- +goose Up
CREATE TABLE IF NOT EXISTS statement_lines (
  id BIGINT NOT NULL,
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
CREATE UNIQUE INDEX IF NOT EXISTS statement_lines_once ON statement_lines (till_id, receipt, kind);
CREATE INDEX IF NOT EXISTS statement_lines_at ON statement_lines (till_id, at, id);
CREATE INDEX IF NOT EXISTS statement_lines_file ON statement_lines (file_id, row_n);
