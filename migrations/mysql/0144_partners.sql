-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS partners (
  id BIGINT NOT NULL,
  name VARCHAR(320) NOT NULL,
  phone VARBINARY(255) NOT NULL,
  phone_hash VARCHAR(96) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  lang VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  state VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  sites TEXT CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  share BIGINT NOT NULL,
  due_cents BIGINT NOT NULL,
  seq BIGINT NOT NULL,
  next_day VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  created_at DATETIME(3) NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY partners_phone (phone_hash)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
