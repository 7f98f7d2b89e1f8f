-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS statement_files (
  id BIGINT NOT NULL,
  till_id BIGINT NOT NULL,
  file_name VARCHAR(100) NOT NULL,
  octets BIGINT NOT NULL,
  state VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  reason TEXT NOT NULL,
  actor VARCHAR(320) NOT NULL,
  came_from VARCHAR(100) NOT NULL,
  member BIGINT NOT NULL,
  made_at DATETIME(3) NOT NULL,
  moved_at DATETIME(3) NOT NULL,
  PRIMARY KEY (id),
  KEY statement_files_kept (octets, moved_at)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
