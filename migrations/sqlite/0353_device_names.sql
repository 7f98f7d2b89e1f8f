-- +goose Up
CREATE TABLE IF NOT EXISTS device_names (
  grant_id BIGINT NOT NULL,
  mac TEXT NOT NULL,
  name TEXT NOT NULL,
  PRIMARY KEY (grant_id, mac)
);
