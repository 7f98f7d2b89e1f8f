-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS invoice_parts (
  part_id BIGINT NOT NULL,
  bill_id BIGINT NOT NULL,
  child_id BIGINT NOT NULL,
  whose VARCHAR(800) NOT NULL,
  PRIMARY KEY (part_id),
  KEY invoice_parts_bill (bill_id, part_id)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
