-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS invoice_series (
  name VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  last BIGINT NOT NULL,
  PRIMARY KEY (name)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
