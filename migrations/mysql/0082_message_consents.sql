-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS message_consents (
  id BIGINT NOT NULL PRIMARY KEY,
  address_hash VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  class VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  given INT NOT NULL,
  wording VARCHAR(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  came_from VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  actor VARCHAR(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  at DATETIME(3) NOT NULL,
  KEY message_consents_of (address_hash, class, id)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
