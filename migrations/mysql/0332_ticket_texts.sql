-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS ticket_texts (
  event_id BIGINT NOT NULL,
  ticket_id BIGINT NOT NULL,
  body TEXT NOT NULL,
  mail TEXT NOT NULL,
  PRIMARY KEY (event_id),
  KEY ticket_texts_ticket (ticket_id)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
