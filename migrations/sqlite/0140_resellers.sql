-- +goose Up
CREATE TABLE IF NOT EXISTS resellers (
  id BIGINT NOT NULL,
  number BIGINT NOT NULL,
  name TEXT NOT NULL,
  phone BLOB NOT NULL,
  phone_hash TEXT NOT NULL,
  lang TEXT NOT NULL,
  state TEXT NOT NULL,
  parent_id BIGINT NOT NULL,
  terms TEXT NOT NULL,
  limit_cents BIGINT NOT NULL,
  balance_cents BIGINT NOT NULL,
  commission TEXT NOT NULL,
  sites TEXT NOT NULL,
  plans TEXT NOT NULL,
  seq BIGINT NOT NULL,
  created_by TEXT NOT NULL,
  created_at DATETIME NOT NULL,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX IF NOT EXISTS resellers_number ON resellers (number);
CREATE UNIQUE INDEX IF NOT EXISTS resellers_phone ON resellers (phone_hash);
CREATE INDEX IF NOT EXISTS resellers_parent ON resellers (parent_id, id);
CREATE INDEX IF NOT EXISTS resellers_name ON resellers (name);
