-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS bill_run_parts (
  run_id BIGINT NOT NULL,
  n BIGINT NOT NULL,
  document BIGINT NOT NULL,
  payer_id BIGINT NOT NULL,
  subscription_id BIGINT NOT NULL,
  customer_id BIGINT NOT NULL,
  line VARCHAR(200) NOT NULL,
  from_day VARCHAR(10) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  until_day VARCHAR(10) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  cents BIGINT NOT NULL,
  said_lines BIGINT NOT NULL,
  said MEDIUMTEXT NOT NULL,
  PRIMARY KEY (run_id, n),
  KEY bill_run_parts_document (run_id, document, n),
  KEY bill_run_parts_payer (run_id, payer_id, from_day, document, said_lines)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
