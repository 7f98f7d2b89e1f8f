-- +goose Up
CREATE TABLE IF NOT EXISTS router_boots (
  router_id BIGINT NOT NULL,
  at DATETIME NOT NULL,
  told_by TEXT NOT NULL,
  PRIMARY KEY (router_id, at, told_by)
);
