-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS tax_books (
  kind VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  changes BIGINT NOT NULL,
  PRIMARY KEY (kind)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
