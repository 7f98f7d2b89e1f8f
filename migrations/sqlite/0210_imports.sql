-- +goose Up
CREATE TABLE IF NOT EXISTS imports (
  id BIGINT NOT NULL,
  source TEXT NOT NULL,
  state TEXT NOT NULL,
  actor TEXT NOT NULL,
  started_at DATETIME NOT NULL,
  ended_at DATETIME,
  PRIMARY KEY (id)
);
CREATE INDEX IF NOT EXISTS imports_source ON imports (source, state, id);
