-- +goose Up
CREATE TABLE IF NOT EXISTS row_proofs (
  of_table TEXT NOT NULL,
  row_id BIGINT NOT NULL,
  proof BLOB NOT NULL,
  PRIMARY KEY (of_table, row_id)
);
