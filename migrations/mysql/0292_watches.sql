-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS watches (
  id BIGINT NOT NULL,
  node VARCHAR(320) NOT NULL,
  from_at DATETIME(3) NOT NULL,
  until_at DATETIME(3) NOT NULL,
  waits_at DATETIME(3) NULL,
  PRIMARY KEY (id),
  UNIQUE KEY watches_node (node, from_at),
  KEY watches_until (until_at)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
