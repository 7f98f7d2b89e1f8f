-- +goose Up
CREATE TABLE IF NOT EXISTS bill_runs (
  id BIGINT NOT NULL,
  kind TEXT NOT NULL,
  as_of TEXT NOT NULL,
  state TEXT NOT NULL,
  moves_key BIGINT NOT NULL,
  request TEXT NOT NULL,
  preview BIGINT NOT NULL,
  actor TEXT NOT NULL,
  came_from TEXT NOT NULL,
  member BIGINT NOT NULL,
  drafts BIGINT NOT NULL,
  free BIGINT NOT NULL,
  parked BIGINT NOT NULL,
  issued BIGINT NOT NULL,
  due BIGINT NOT NULL,
  cents BIGINT NOT NULL,
  last_sub BIGINT NOT NULL,
  held BIGINT NOT NULL,
  cuts BIGINT NOT NULL,
  reason TEXT NOT NULL,
  asked_at DATETIME NOT NULL,
  began_at DATETIME,
  heard_at DATETIME NOT NULL,
  ended_at DATETIME,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX IF NOT EXISTS bill_runs_request ON bill_runs (request);
CREATE UNIQUE INDEX IF NOT EXISTS bill_runs_moves ON bill_runs (kind, moves_key);
CREATE INDEX IF NOT EXISTS bill_runs_kind ON bill_runs (kind, id);
