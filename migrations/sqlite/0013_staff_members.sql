-- +goose Up
CREATE TABLE IF NOT EXISTS staff_members (
  id BIGINT NOT NULL,
  email TEXT NOT NULL,
  name TEXT NOT NULL,
  password_hash TEXT NOT NULL,
  state TEXT NOT NULL,
  language TEXT NOT NULL,
  sites TEXT NOT NULL,
  totp_seed BLOB NOT NULL,
  totp_pending BLOB NOT NULL,
  totp_step BIGINT NOT NULL,
  passkeys BIGINT NOT NULL,
  last_address TEXT NOT NULL,
  version BIGINT NOT NULL,
  created_at DATETIME NOT NULL,
  changed_at DATETIME NOT NULL,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX IF NOT EXISTS staff_members_email ON staff_members (email);
