-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS dunning_promises (
  customer_id BIGINT NOT NULL,
  until_day VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  note VARCHAR(800) NOT NULL,
  done_by VARCHAR(320) NOT NULL,
  at DATETIME(3) NOT NULL,
  PRIMARY KEY (customer_id)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
