-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS status_notices (
  id BIGINT NOT NULL,
  kind VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  sites VARCHAR(1280) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  english VARCHAR(1280) NOT NULL,
  swahili VARCHAR(1280) NOT NULL,
  from_at DATETIME(3) NOT NULL,
  until_at DATETIME(3) NULL,
  ended_at DATETIME(3) NULL,
  done_by VARCHAR(320) NOT NULL,
  ended_by VARCHAR(320) NOT NULL,
  PRIMARY KEY (id),
  KEY status_notices_from (from_at, id)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
