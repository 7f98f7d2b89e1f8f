-- +goose Up
CREATE TABLE IF NOT EXISTS subscription_events (
  id BIGINT NOT NULL,
  subscription_id BIGINT NOT NULL,
  seq BIGINT NOT NULL,
  kind TEXT NOT NULL,
  request TEXT NOT NULL,
  effective_at DATETIME NOT NULL,
  recorded_at DATETIME NOT NULL,
  done_by TEXT NOT NULL,
  content TEXT NOT NULL,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX IF NOT EXISTS subscription_events_seq ON subscription_events (subscription_id, seq);
CREATE UNIQUE INDEX IF NOT EXISTS subscription_events_request ON subscription_events (subscription_id, request);
CREATE INDEX IF NOT EXISTS subscription_events_kind ON subscription_events (kind, effective_at);
