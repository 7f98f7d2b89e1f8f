-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS family_agreements (
  part_id BIGINT NOT NULL,
  payer_id BIGINT NOT NULL,
  most_cents BIGINT NOT NULL,
  done_by VARCHAR(320) NOT NULL,
  at DATETIME(3) NOT NULL,
  PRIMARY KEY (part_id),
  KEY family_agreements_payer (payer_id, part_id)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
