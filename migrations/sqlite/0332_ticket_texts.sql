-- +goose Up
CREATE TABLE IF NOT EXISTS ticket_texts (
  event_id BIGINT NOT NULL,
  ticket_id BIGINT NOT NULL,
  body TEXT NOT NULL,
  mail TEXT NOT NULL,
  PRIMARY KEY (event_id)
);
CREATE INDEX IF NOT EXISTS ticket_texts_ticket ON ticket_texts (ticket_id);
