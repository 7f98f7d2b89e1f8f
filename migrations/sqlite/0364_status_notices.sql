-- +goose Up
CREATE TABLE IF NOT EXISTS status_notices (
  id BIGINT NOT NULL,
  kind TEXT NOT NULL,
  sites TEXT NOT NULL,
  english TEXT NOT NULL,
  swahili TEXT NOT NULL,
  from_at DATETIME NOT NULL,
  until_at DATETIME,
  ended_at DATETIME,
  done_by TEXT NOT NULL,
  ended_by TEXT NOT NULL,
  PRIMARY KEY (id)
);
CREATE INDEX IF NOT EXISTS status_notices_from ON status_notices (from_at, id);
