-- +goose Up
CREATE TABLE IF NOT EXISTS import_sources (
  id BIGINT NOT NULL,
  kind TEXT NOT NULL,
  file_name TEXT NOT NULL,
  octets BIGINT NOT NULL,
  asked TEXT NOT NULL,
  state TEXT NOT NULL,
  done_n BIGINT NOT NULL,
  of_n BIGINT NOT NULL,
  reason TEXT NOT NULL,
  import_id BIGINT NOT NULL,
  actor TEXT NOT NULL,
  came_from TEXT NOT NULL,
  made_at DATETIME NOT NULL,
  moved_at DATETIME NOT NULL,
  PRIMARY KEY (id)
);
CREATE INDEX IF NOT EXISTS import_sources_kept ON import_sources (octets, moved_at);
