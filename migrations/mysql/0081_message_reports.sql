-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS message_reports (
  id BIGINT NOT NULL PRIMARY KEY,
  provider_id VARCHAR(160) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  status VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  reason VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  address_hash VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  at DATETIME(3) NOT NULL,
  UNIQUE KEY message_reports_once (provider_id, status, reason),
  KEY message_reports_at (at, id)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
