-- +goose Up
CREATE TABLE IF NOT EXISTS acme_locks (
  name TEXT NOT NULL PRIMARY KEY,
  holder TEXT NOT NULL,
  until DATETIME NOT NULL
);
