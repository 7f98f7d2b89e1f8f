-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS import_runs (
  run VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  import_id BIGINT NOT NULL,
  PRIMARY KEY (run),
  UNIQUE KEY import_runs_import (import_id)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
