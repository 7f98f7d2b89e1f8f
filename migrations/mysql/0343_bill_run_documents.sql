-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS bill_run_documents (
  run_id BIGINT NOT NULL,
  n BIGINT NOT NULL,
  subscription_id BIGINT NOT NULL,
  customer_id BIGINT NOT NULL,
  from_day VARCHAR(10) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  until_day VARCHAR(10) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  fate VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  cents BIGINT NOT NULL,
  said MEDIUMTEXT NOT NULL,
  reason TEXT NOT NULL,
  PRIMARY KEY (run_id, n),
  KEY bill_run_documents_fate (run_id, fate, n)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
