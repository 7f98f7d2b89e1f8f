-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS webhook_endpoints (
  id BIGINT NOT NULL,
  name VARCHAR(320) NOT NULL,
  address BLOB NOT NULL,
  host VARCHAR(300) NOT NULL,
  kinds TEXT NOT NULL,
  sites TEXT NOT NULL,
  secret BLOB NOT NULL,
  old_secret BLOB,
  old_until DATETIME(3),
  asked VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin,
  asked_new VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  rotated_at DATETIME(3),
  state VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  failing_since DATETIME(3),
  made_by VARCHAR(255) NOT NULL,
  made_at DATETIME(3) NOT NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY webhook_endpoints_asked (asked)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
