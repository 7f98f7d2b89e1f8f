-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS payment_promises (
  id BIGINT NOT NULL,
  customer_id BIGINT NOT NULL,
  until_day VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  cents BIGINT NOT NULL,
  who VARCHAR(320) NOT NULL,
  note VARCHAR(800) NOT NULL,
  done_by VARCHAR(320) NOT NULL,
  at DATETIME(3) NOT NULL,
  request VARCHAR(80) CHARACTER SET ascii COLLATE ascii_bin NULL,
  PRIMARY KEY (id),
  UNIQUE KEY payment_promises_request (request),
  KEY payment_promises_customer (customer_id, id)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
