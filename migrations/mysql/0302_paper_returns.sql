-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS paper_returns (
  customer_id BIGINT NOT NULL,
  until_at DATETIME(3),
  at DATETIME(3) NOT NULL,
  PRIMARY KEY (customer_id)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
