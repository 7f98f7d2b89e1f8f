-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS outage_witnesses (
  outage_id BIGINT NOT NULL,
  session_id BIGINT NOT NULL,
  was_at DATETIME(3) NOT NULL,
  was_octets BIGINT NOT NULL,
  pace BIGINT NOT NULL,
  then_at DATETIME(3) NULL,
  then_octets BIGINT NOT NULL,
  PRIMARY KEY (outage_id, session_id)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
