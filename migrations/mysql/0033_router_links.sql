-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS router_links (
  token_hash VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  router_id BIGINT NOT NULL,
  choices TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  expires_at DATETIME(3) NOT NULL,
  used_at DATETIME(3) NULL,
  used_by VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  created_at DATETIME(3) NOT NULL,
  KEY router_links_router (router_id, used_at)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
