-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS customer_notes (
  id BIGINT NOT NULL,
  customer_id BIGINT NOT NULL,
  body TEXT NOT NULL,
  written_by VARCHAR(320) NOT NULL,
  written_at DATETIME(3) NOT NULL,
  PRIMARY KEY (id),
  KEY customer_notes_customer (customer_id, id)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
