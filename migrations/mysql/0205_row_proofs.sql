-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS row_proofs (
  of_table VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  row_id BIGINT NOT NULL,
  proof VARBINARY(32) NOT NULL,
  PRIMARY KEY (of_table, row_id)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
