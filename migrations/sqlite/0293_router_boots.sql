-- +goose Up
CREATE TABLE IF NOT EXISTS router_boots (
  id BIGINT NOT NULL,
  router_id BIGINT NOT NULL,
  at DATETIME NOT NULL,
  told_by TEXT NOT NULL,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX IF NOT EXISTS router_boots_told ON router_boots (router_id, at, told_by);
