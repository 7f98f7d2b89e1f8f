-- +goose Up
CREATE TABLE IF NOT EXISTS mailboxes (
  name TEXT NOT NULL,
  configuration BLOB NOT NULL,
  box TEXT NOT NULL,
  validity BIGINT NOT NULL,
  low_uid BIGINT NOT NULL,
  saved_at DATETIME NOT NULL,
  read_at DATETIME,
  failing_since DATETIME,
  reason TEXT NOT NULL,
  PRIMARY KEY (name)
);
