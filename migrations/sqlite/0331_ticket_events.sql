-- +goose Up
CREATE TABLE IF NOT EXISTS ticket_events (
  id BIGINT NOT NULL,
  ticket_id BIGINT NOT NULL,
  request TEXT NOT NULL,
  input TEXT NOT NULL,
  kind TEXT NOT NULL,
  was TEXT NOT NULL,
  became TEXT NOT NULL,
  channel TEXT NOT NULL,
  message_id BIGINT NOT NULL,
  done_by TEXT NOT NULL,
  at DATETIME NOT NULL,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX IF NOT EXISTS ticket_events_request ON ticket_events (ticket_id, request);
CREATE INDEX IF NOT EXISTS ticket_events_ticket ON ticket_events (ticket_id, id);
