-- +goose Up
CREATE TABLE IF NOT EXISTS customer_notes (
  id BIGINT NOT NULL,
  customer_id BIGINT NOT NULL,
  body TEXT NOT NULL,
  written_by TEXT NOT NULL,
  written_at DATETIME NOT NULL,
  PRIMARY KEY (id)
);
CREATE INDEX IF NOT EXISTS customer_notes_customer ON customer_notes (customer_id, id);
