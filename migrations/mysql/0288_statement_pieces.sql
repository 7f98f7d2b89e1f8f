-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS statement_pieces (
  file_id BIGINT NOT NULL,
  kind VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  n BIGINT NOT NULL,
  content MEDIUMBLOB NOT NULL,
  PRIMARY KEY (file_id, kind, n)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
