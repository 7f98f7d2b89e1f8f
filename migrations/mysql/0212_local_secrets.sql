-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS local_secrets (
  id BIGINT NOT NULL,
  router_id BIGINT NOT NULL,
  menu VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  name VARCHAR(200) NOT NULL,
  state VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  actor VARCHAR(320) NOT NULL,
  off_at DATETIME(3) NOT NULL,
  on_at DATETIME(3),
  PRIMARY KEY (id),
  UNIQUE KEY local_secrets_name (router_id, menu, name)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
