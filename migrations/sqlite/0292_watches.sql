-- +goose Up
CREATE TABLE IF NOT EXISTS watches (
  id BIGINT NOT NULL,
  node TEXT NOT NULL,
  from_at DATETIME NOT NULL,
  until_at DATETIME NOT NULL,
  waits_at DATETIME,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX IF NOT EXISTS watches_node ON watches (node, from_at);
CREATE INDEX IF NOT EXISTS watches_until ON watches (until_at);
