-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS staff_passkeys (
  id BIGINT NOT NULL,
  member_id BIGINT NOT NULL,
  name VARCHAR(80) NOT NULL,
  credential_hash VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  credential BLOB NOT NULL,
  sign_count BIGINT NOT NULL,
  made_at DATETIME(3) NOT NULL,
  used_at DATETIME(3),
  PRIMARY KEY (id),
  UNIQUE KEY staff_passkeys_credential (credential_hash),
  KEY staff_passkeys_member (member_id, id)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
