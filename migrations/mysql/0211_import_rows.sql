-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS import_rows (
  id BIGINT NOT NULL,
  import_id BIGINT NOT NULL,
  source VARCHAR(100) NOT NULL,
  row_key VARCHAR(300) NOT NULL,
  kind VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  hash VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  object_id BIGINT NOT NULL,
  of_id BIGINT NOT NULL,
  version BIGINT NOT NULL,
  cents BIGINT NOT NULL,
  mark VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  rest MEDIUMTEXT NOT NULL,
  made_at DATETIME(3) NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY import_rows_key (source, kind, row_key),
  KEY import_rows_source (source, id),
  KEY import_rows_import (import_id, kind, id),
  KEY import_rows_of (of_id)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
