-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS message_slots (
  address_hash VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  slot INT NOT NULL,
  until DATETIME(3) NOT NULL,
  PRIMARY KEY (address_hash, slot),
  KEY message_slots_until (until)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
