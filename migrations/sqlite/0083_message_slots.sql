-- +goose Up
CREATE TABLE IF NOT EXISTS message_slots (
  address_hash TEXT NOT NULL,
  slot INT NOT NULL,
  until DATETIME NOT NULL,
  PRIMARY KEY (address_hash, slot)
);
CREATE INDEX IF NOT EXISTS message_slots_until ON message_slots (until);
