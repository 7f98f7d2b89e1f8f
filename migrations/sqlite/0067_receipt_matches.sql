-- +goose Up
CREATE TABLE IF NOT EXISTS receipt_matches (
  receipt_id BIGINT NOT NULL,
  order_id BIGINT NOT NULL,
  payer_mark TEXT NOT NULL,
  phone BLOB NOT NULL,
  created_at DATETIME NOT NULL,
  PRIMARY KEY (receipt_id)
);
CREATE INDEX IF NOT EXISTS receipt_matches_payer ON receipt_matches (payer_mark, created_at);
