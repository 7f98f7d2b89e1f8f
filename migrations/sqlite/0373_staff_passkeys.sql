-- +goose Up
CREATE TABLE IF NOT EXISTS staff_passkeys (
  id BIGINT NOT NULL,
  member_id BIGINT NOT NULL,
  name TEXT NOT NULL,
  credential_hash TEXT NOT NULL,
  credential BLOB NOT NULL,
  sign_count BIGINT NOT NULL,
  made_at DATETIME NOT NULL,
  used_at DATETIME,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX IF NOT EXISTS staff_passkeys_credential ON staff_passkeys (credential_hash);
CREATE INDEX IF NOT EXISTS staff_passkeys_member ON staff_passkeys (member_id, id);
