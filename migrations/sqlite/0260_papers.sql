-- +goose Up
CREATE TABLE IF NOT EXISTS papers (
  id BIGINT NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL,
  about_id BIGINT NOT NULL,
  customer_id BIGINT NOT NULL,
  site_id BIGINT NOT NULL,
  name TEXT NOT NULL,
  brand_hash TEXT NOT NULL,
  facts BLOB NOT NULL,
  link_hash TEXT NOT NULL,
  link_until DATETIME NOT NULL,
  made_at DATETIME NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS papers_about ON papers (kind, about_id);
CREATE UNIQUE INDEX IF NOT EXISTS papers_link ON papers (link_hash);
CREATE INDEX IF NOT EXISTS papers_customer ON papers (customer_id, kind, id);
