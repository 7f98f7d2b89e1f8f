-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS rail_inbox (
  id BIGINT NOT NULL,
  content_hash VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  kind VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  body MEDIUMBLOB NOT NULL,
  came_from VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  state VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  note VARCHAR(255) NOT NULL,
  received_at DATETIME(3) NOT NULL,
  applied_at DATETIME(3) NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY rail_inbox_content (content_hash),
  KEY rail_inbox_state (state, received_at)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
