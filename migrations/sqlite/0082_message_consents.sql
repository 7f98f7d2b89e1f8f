-- +goose Up
CREATE TABLE IF NOT EXISTS message_consents (
  id BIGINT NOT NULL PRIMARY KEY,
  address_hash TEXT NOT NULL,
  class TEXT NOT NULL,
  given INT NOT NULL,
  wording TEXT NOT NULL,
  came_from TEXT NOT NULL,
  actor TEXT NOT NULL,
  at DATETIME NOT NULL
);
CREATE INDEX IF NOT EXISTS message_consents_of ON message_consents (address_hash, class, id);
