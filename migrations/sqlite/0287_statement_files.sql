-- +goose Up
CREATE TABLE IF NOT EXISTS statement_files (
  id BIGINT NOT NULL,
  till_id BIGINT NOT NULL,
  file_name TEXT NOT NULL,
  octets BIGINT NOT NULL,
  state TEXT NOT NULL,
  reason TEXT NOT NULL,
  actor TEXT NOT NULL,
  came_from TEXT NOT NULL,
  member BIGINT NOT NULL,
  made_at DATETIME NOT NULL,
  moved_at DATETIME NOT NULL,
  PRIMARY KEY (id)
);
CREATE INDEX IF NOT EXISTS statement_files_kept ON statement_files (octets, moved_at);
