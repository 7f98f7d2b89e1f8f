-- +goose Up
CREATE TABLE IF NOT EXISTS partners (
  id BIGINT NOT NULL,
  name TEXT NOT NULL,
  phone BLOB NOT NULL,
  phone_hash TEXT NOT NULL,
  lang TEXT NOT NULL,
  state TEXT NOT NULL,
  sites TEXT NOT NULL,
  share BIGINT NOT NULL,
  due_cents BIGINT NOT NULL,
  seq BIGINT NOT NULL,
  next_day TEXT NOT NULL,
  created_at DATETIME NOT NULL,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX IF NOT EXISTS partners_phone ON partners (phone_hash);
