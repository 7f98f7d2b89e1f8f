-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS staff_members (
  id BIGINT NOT NULL,
  email VARCHAR(100) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  name VARCHAR(80) NOT NULL,
  password_hash VARCHAR(200) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  state VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  language VARCHAR(8) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  sites TEXT NOT NULL,
  totp_seed BLOB NOT NULL,
  totp_pending BLOB NOT NULL,
  totp_step BIGINT NOT NULL,
  passkeys BIGINT NOT NULL,
  last_address VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  version BIGINT NOT NULL,
  created_at DATETIME(3) NOT NULL,
  changed_at DATETIME(3) NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY staff_members_email (email)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
