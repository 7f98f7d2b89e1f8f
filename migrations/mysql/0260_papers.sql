-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS papers (
  id BIGINT NOT NULL,
  kind VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  about_id BIGINT NOT NULL,
  customer_id BIGINT NOT NULL,
  site_id BIGINT NOT NULL,
  name VARCHAR(96) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  brand_hash VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  facts MEDIUMBLOB NOT NULL,
  link_hash VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  link_until DATETIME(3) NOT NULL,
  made_at DATETIME(3) NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY papers_about (kind, about_id),
  UNIQUE KEY papers_link (link_hash),
  KEY papers_customer (customer_id, kind, id)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
