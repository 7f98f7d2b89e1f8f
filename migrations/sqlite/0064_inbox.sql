-- +goose Up
CREATE TABLE IF NOT EXISTS rail_inbox (
  id BIGINT NOT NULL,
  content_hash TEXT NOT NULL,
  kind TEXT NOT NULL,
  body BLOB NOT NULL,
  came_from TEXT NOT NULL,
  state TEXT NOT NULL,
  note TEXT NOT NULL,
  received_at DATETIME NOT NULL,
  applied_at DATETIME NOT NULL,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX IF NOT EXISTS rail_inbox_content ON rail_inbox (content_hash);
CREATE INDEX IF NOT EXISTS rail_inbox_state ON rail_inbox (state, received_at);
