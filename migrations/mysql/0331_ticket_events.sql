-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS ticket_events (
  id BIGINT NOT NULL,
  ticket_id BIGINT NOT NULL,
  request VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  input VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  kind VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  was VARCHAR(320) NOT NULL,
  became VARCHAR(320) NOT NULL,
  channel VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  message_id BIGINT NOT NULL,
  done_by VARCHAR(320) NOT NULL,
  at DATETIME(3) NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY ticket_events_request (ticket_id, request),
  KEY ticket_events_ticket (ticket_id, id)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
