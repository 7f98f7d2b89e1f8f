-- +goose Up
CREATE TABLE IF NOT EXISTS router_links (
  token_hash TEXT NOT NULL PRIMARY KEY,
  router_id BIGINT NOT NULL,
  choices TEXT NOT NULL,
  expires_at DATETIME NOT NULL,
  used_at DATETIME NULL,
  used_by TEXT NOT NULL,
  created_at DATETIME NOT NULL
);
CREATE INDEX IF NOT EXISTS router_links_router ON router_links (router_id, used_at);
