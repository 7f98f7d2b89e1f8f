-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS overruns (
  id BIGINT NOT NULL PRIMARY KEY,
  router_id BIGINT NOT NULL,
  grant_id BIGINT NOT NULL,
  session_row BIGINT NOT NULL,
  ended_by VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  over_bytes BIGINT NOT NULL,
  late_ms BIGINT NOT NULL,
  at DATETIME(3) NOT NULL,
  UNIQUE KEY overruns_session (session_row),
  KEY overruns_router (router_id, at)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
