-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS audit_links (
  seq BIGINT NOT NULL,
  event_id BIGINT NOT NULL,
  previous VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  hash VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  PRIMARY KEY (seq),
  UNIQUE KEY audit_links_event (event_id)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
