-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS sessions_closed (
  id BIGINT NOT NULL PRIMARY KEY,
  router_id BIGINT NOT NULL,
  session_key VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  epoch BIGINT NOT NULL,
  site_id BIGINT NOT NULL,
  grant_id BIGINT NOT NULL,
  login_id BIGINT NOT NULL,
  session_id VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  user_name VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  mac VARCHAR(12) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  ip VARCHAR(45) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  started_at DATETIME(3) NOT NULL,
  updated_at DATETIME(3) NOT NULL,
  online_seconds BIGINT NOT NULL,
  bytes_up BIGINT NOT NULL,
  bytes_down BIGINT NOT NULL,
  wide BOOLEAN NOT NULL,
  ended_at DATETIME(3) NOT NULL,
  cause VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  closed_by VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  UNIQUE KEY sessions_closed_identity (router_id, session_key, epoch),
  KEY sessions_closed_grant (grant_id, ended_at),
  KEY sessions_closed_mac (mac, ended_at),
  KEY sessions_closed_router (router_id, ended_at),
  KEY sessions_closed_ip (ip, ended_at, started_at)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
