-- +goose Up
CREATE TABLE IF NOT EXISTS import_rows (
  id BIGINT NOT NULL,
  import_id BIGINT NOT NULL,
  source TEXT NOT NULL,
  row_key TEXT NOT NULL,
  kind TEXT NOT NULL,
  hash TEXT NOT NULL,
  object_id BIGINT NOT NULL,
  of_id BIGINT NOT NULL,
  version BIGINT NOT NULL,
  cents BIGINT NOT NULL,
  mark TEXT NOT NULL,
  rest TEXT NOT NULL,
  made_at DATETIME NOT NULL,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX IF NOT EXISTS import_rows_key ON import_rows (source, kind, row_key);
CREATE INDEX IF NOT EXISTS import_rows_source ON import_rows (source, id);
CREATE INDEX IF NOT EXISTS import_rows_import ON import_rows (import_id, kind, id);
CREATE INDEX IF NOT EXISTS import_rows_of ON import_rows (of_id);
