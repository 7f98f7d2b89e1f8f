-- +goose Up
CREATE TABLE IF NOT EXISTS pin_accounts (
  id BIGINT NOT NULL,
  kind TEXT NOT NULL,
  owner_id BIGINT NOT NULL,
  phone_hash TEXT NOT NULL,
  pin_hash TEXT NOT NULL,
  code_hash TEXT NOT NULL,
  code_until DATETIME NOT NULL,
  updated_at DATETIME NOT NULL,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX IF NOT EXISTS pin_accounts_phone ON pin_accounts (kind, phone_hash);
CREATE UNIQUE INDEX IF NOT EXISTS pin_accounts_owner ON pin_accounts (kind, owner_id);
