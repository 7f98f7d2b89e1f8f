-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS staff_setup (
  id BIGINT NOT NULL,
  state VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  secret_hash VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  closed_by BIGINT NOT NULL,
  changed_at DATETIME(3) NOT NULL,
  PRIMARY KEY (id)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
