-- +goose Up
CREATE TABLE IF NOT EXISTS graces (
  id BIGINT NOT NULL PRIMARY KEY,
  order_id BIGINT NOT NULL,
  site_id BIGINT NOT NULL,
  grant_id BIGINT NOT NULL,
  phone_hash TEXT NOT NULL,
  mac TEXT NOT NULL,
  day BIGINT NOT NULL,
  hour BIGINT NOT NULL,
  n BIGINT NOT NULL,
  given_at DATETIME NOT NULL,
  charged_at DATETIME,
  charged_seconds BIGINT NOT NULL,
  charged_bytes BIGINT NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS graces_order ON graces (order_id);
CREATE UNIQUE INDEX IF NOT EXISTS graces_phone ON graces (phone_hash, day);
CREATE UNIQUE INDEX IF NOT EXISTS graces_mac ON graces (mac, day);
CREATE UNIQUE INDEX IF NOT EXISTS graces_hour ON graces (site_id, hour, n);
CREATE INDEX IF NOT EXISTS graces_of_phone ON graces (phone_hash, given_at);
CREATE INDEX IF NOT EXISTS graces_of_mac ON graces (mac, given_at);
