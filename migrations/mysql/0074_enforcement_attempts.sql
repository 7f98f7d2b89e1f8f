-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS enforcement_attempts (
  id BIGINT NOT NULL PRIMARY KEY,
  enforcement_id BIGINT NOT NULL,
  attempt BIGINT NOT NULL,
  method VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  outcome VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  detail VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  at DATETIME(3) NOT NULL,
  KEY enforcement_attempts_of (enforcement_id, attempt)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
