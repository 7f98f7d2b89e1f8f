-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS paper_brands (
  hash VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  name VARCHAR(320) NOT NULL,
  accent VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  accent_ink VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  logo BLOB NOT NULL,
  logo_type VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  PRIMARY KEY (hash)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
