-- +goose Up
CREATE TABLE IF NOT EXISTS staff_sign_ins (
  id BIGINT NOT NULL,
  member_id BIGINT NOT NULL,
  token_hash TEXT NOT NULL,
  proven TEXT NOT NULL,
  address TEXT NOT NULL,
  browser TEXT NOT NULL,
  started_at DATETIME NOT NULL,
  seen_at DATETIME NOT NULL,
  proven_at DATETIME NOT NULL,
  until DATETIME NOT NULL,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX IF NOT EXISTS staff_sign_ins_token ON staff_sign_ins (token_hash);
CREATE INDEX IF NOT EXISTS staff_sign_ins_member ON staff_sign_ins (member_id, id);
CREATE INDEX IF NOT EXISTS staff_sign_ins_until ON staff_sign_ins (until, id);
