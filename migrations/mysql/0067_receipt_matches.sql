-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS receipt_matches (
  receipt_id BIGINT NOT NULL,
  order_id BIGINT NOT NULL,
  payer_mark VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  phone VARBINARY(255) NOT NULL,
  created_at DATETIME(3) NOT NULL,
  PRIMARY KEY (receipt_id),
  KEY receipt_matches_payer (payer_mark, created_at)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
