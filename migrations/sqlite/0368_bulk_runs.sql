-- +goose Up
CREATE TABLE IF NOT EXISTS bulk_runs (
  id BIGINT NOT NULL,
  kind TEXT NOT NULL,
  argument TEXT NOT NULL,
  reason TEXT NOT NULL,
  undo_of BIGINT NOT NULL,
  state TEXT NOT NULL,
  request TEXT NOT NULL,
  actor TEXT NOT NULL,
  came_from TEXT NOT NULL,
  member BIGINT NOT NULL,
  source TEXT NOT NULL,
  place TEXT NOT NULL,
  found BIGINT NOT NULL,
  would BIGINT NOT NULL,
  leaves BIGINT NOT NULL,
  done BIGINT NOT NULL,
  skipped BIGINT NOT NULL,
  failed BIGINT NOT NULL,
  cents BIGINT NOT NULL,
  priced BIGINT NOT NULL,
  more BIGINT NOT NULL,
  held BIGINT NOT NULL,
  cuts BIGINT NOT NULL,
  trouble TEXT NOT NULL,
  asked_at DATETIME NOT NULL,
  began_at DATETIME,
  heard_at DATETIME NOT NULL,
  ended_at DATETIME,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX IF NOT EXISTS bulk_runs_request ON bulk_runs (request);
CREATE INDEX IF NOT EXISTS bulk_runs_member ON bulk_runs (member, id);
CREATE INDEX IF NOT EXISTS bulk_runs_undo ON bulk_runs (undo_of, id);
CREATE INDEX IF NOT EXISTS bulk_runs_state ON bulk_runs (state, id);
