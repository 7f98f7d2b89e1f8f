-- +goose Up
CREATE TABLE IF NOT EXISTS local_secrets (
  id BIGINT NOT NULL,
  router_id BIGINT NOT NULL,
  menu TEXT NOT NULL,
  name TEXT NOT NULL,
  state TEXT NOT NULL,
  actor TEXT NOT NULL,
  off_at DATETIME NOT NULL,
  on_at DATETIME,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX IF NOT EXISTS local_secrets_name ON local_secrets (router_id, menu, name);
