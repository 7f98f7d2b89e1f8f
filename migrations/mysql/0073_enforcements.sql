-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS enforcements (
  id BIGINT NOT NULL PRIMARY KEY,
  source VARCHAR(96) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  wanted VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  session_row BIGINT NOT NULL,
  router_id BIGINT NOT NULL,
  grant_id BIGINT NOT NULL,
  mac VARCHAR(12) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  ip VARCHAR(45) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  cause VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  state VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  method VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  outcome VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  attempts BIGINT NOT NULL,
  created_at DATETIME(3) NOT NULL,
  at DATETIME(3) NOT NULL,
  UNIQUE KEY enforcements_source (source),
  KEY enforcements_state (state, at),
  KEY enforcements_grant (grant_id, created_at),
  KEY enforcements_router (router_id, created_at)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
