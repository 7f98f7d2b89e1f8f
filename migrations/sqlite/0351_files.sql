-- +goose Up
CREATE TABLE IF NOT EXISTS files (
  id BIGINT NOT NULL,
  request TEXT NOT NULL,
  object TEXT NOT NULL,
  object_id BIGINT NOT NULL,
  customer_id BIGINT NOT NULL,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  type TEXT NOT NULL,
  octets BIGINT NOT NULL,
  made_by TEXT NOT NULL,
  made_at DATETIME NOT NULL,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX IF NOT EXISTS files_request ON files (request);
CREATE INDEX IF NOT EXISTS files_object ON files (object, object_id, id);
CREATE INDEX IF NOT EXISTS files_customer ON files (customer_id, id);
CREATE TABLE IF NOT EXISTS file_pieces (
  file_id BIGINT NOT NULL,
  n BIGINT NOT NULL,
  content BLOB NOT NULL,
  PRIMARY KEY (file_id, n)
);
