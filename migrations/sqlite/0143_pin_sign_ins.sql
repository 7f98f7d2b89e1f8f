-- +goose Up
CREATE TABLE IF NOT EXISTS pin_sign_ins (
  id BIGINT NOT NULL,
  account_id BIGINT NOT NULL,
  token_hash TEXT NOT NULL,
  address TEXT NOT NULL,
  started_at DATETIME NOT NULL,
  seen_at DATETIME NOT NULL,
  proven_at DATETIME NOT NULL,
  until DATETIME NOT NULL,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX IF NOT EXISTS pin_sign_ins_token ON pin_sign_ins (token_hash);
CREATE INDEX IF NOT EXISTS pin_sign_ins_account ON pin_sign_ins (account_id, id);
CREATE INDEX IF NOT EXISTS pin_sign_ins_until ON pin_sign_ins (until, id);
