-- +goose Up
CREATE TABLE IF NOT EXISTS approvals (
  id BIGINT NOT NULL,
  kind TEXT NOT NULL,
  object TEXT NOT NULL,
  object_id BIGINT NOT NULL,
  open_key TEXT,
  request TEXT,
  sites TEXT NOT NULL,
  was TEXT NOT NULL,
  wanted TEXT NOT NULL,
  reason TEXT NOT NULL,
  state TEXT NOT NULL,
  asked_by BIGINT NOT NULL,
  asker TEXT NOT NULL,
  decided_by BIGINT NOT NULL,
  decider TEXT NOT NULL,
  alone BOOLEAN NOT NULL,
  verdict TEXT NOT NULL,
  asked_at DATETIME NOT NULL,
  lapses_at DATETIME NOT NULL,
  decided_at DATETIME,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX IF NOT EXISTS approvals_open ON approvals (open_key);
CREATE UNIQUE INDEX IF NOT EXISTS approvals_request ON approvals (request);
CREATE INDEX IF NOT EXISTS approvals_state ON approvals (state, id);
CREATE INDEX IF NOT EXISTS approvals_object ON approvals (object, object_id, id);
