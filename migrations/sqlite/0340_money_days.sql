-- +goose Up
CREATE TABLE IF NOT EXISTS money_days (
  day TEXT NOT NULL,
  state TEXT NOT NULL,
  looked_at DATETIME NOT NULL,
  figures BLOB NOT NULL,
  left_count BIGINT NOT NULL,
  left_cents BIGINT NOT NULL,
  settled BIGINT NOT NULL,
  seen BLOB NOT NULL,
  seen_count BIGINT NOT NULL,
  seen_cents BIGINT NOT NULL,
  closed_at DATETIME,
  closed_by TEXT NOT NULL,
  came_from TEXT NOT NULL,
  member BIGINT NOT NULL,
  PRIMARY KEY (day)
);
CREATE INDEX IF NOT EXISTS money_days_settled ON money_days (settled, day);
