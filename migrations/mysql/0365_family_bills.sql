-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS family_bills (
  customer_id BIGINT NOT NULL,
  from_day VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  one BIGINT NOT NULL,
  done_by VARCHAR(320) NOT NULL,
  at DATETIME(3) NOT NULL,
  PRIMARY KEY (customer_id, from_day)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
