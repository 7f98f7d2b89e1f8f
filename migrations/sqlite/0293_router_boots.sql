-- +goose Up
CREATE TABLE IF NOT EXISTS router_boots (
  id BIGINT NOT NULL,
  router_id BIGINT NOT NULL,
  at DATETIME NOT NULL,
  told_by TEXT NOT NULL,
  PRIMARY KEY (id),
  UNIQUE (router_id, at, told_by)
);
