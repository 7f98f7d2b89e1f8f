-- +goose Up
CREATE TABLE IF NOT EXISTS import_runs (
  run TEXT NOT NULL,
  import_id BIGINT NOT NULL,
  PRIMARY KEY (run)
);
CREATE UNIQUE INDEX IF NOT EXISTS import_runs_import ON import_runs (import_id);
