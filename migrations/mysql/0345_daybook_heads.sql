-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS daybook_heads (
  name VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  seq BIGINT NOT NULL,
  PRIMARY KEY (name)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
