-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS prompt_consents (
  customer_id BIGINT NOT NULL,
  phone VARBINARY(512) NOT NULL,
  who VARCHAR(320) NOT NULL,
  done_by VARCHAR(320) NOT NULL,
  at DATETIME(3) NOT NULL,
  PRIMARY KEY (customer_id)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
