-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS import_sources (
  id BIGINT NOT NULL,
  kind VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  file_name VARCHAR(100) NOT NULL,
  octets BIGINT NOT NULL,
  asked MEDIUMTEXT NOT NULL,
  state VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  done_n BIGINT NOT NULL,
  of_n BIGINT NOT NULL,
  reason TEXT NOT NULL,
  import_id BIGINT NOT NULL,
  actor VARCHAR(200) NOT NULL,
  came_from VARCHAR(100) NOT NULL,
  made_at DATETIME(3) NOT NULL,
  moved_at DATETIME(3) NOT NULL,
  PRIMARY KEY (id),
  KEY import_sources_kept (octets, moved_at)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
