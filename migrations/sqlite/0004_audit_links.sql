-- +goose Up
CREATE TABLE IF NOT EXISTS audit_links (
  seq BIGINT NOT NULL,
  event_id BIGINT NOT NULL,
  previous TEXT NOT NULL,
  hash TEXT NOT NULL,
  PRIMARY KEY (seq)
);
CREATE UNIQUE INDEX IF NOT EXISTS audit_links_event ON audit_links (event_id);
