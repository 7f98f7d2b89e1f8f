-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS plans (
  id BIGINT NOT NULL,
  plan_key VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  name_en VARCHAR(100) NOT NULL,
  name_sw VARCHAR(100) NOT NULL,
  segment VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  price_cents BIGINT NOT NULL,
  price_currency VARCHAR(3) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  limits TEXT NOT NULL,
  sort INT NOT NULL,
  state VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  created_at DATETIME(3) NOT NULL,
  updated_at DATETIME(3) NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY plans_key (plan_key)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS plan_sites (
  plan_id BIGINT NOT NULL,
  site_id BIGINT NOT NULL,
  PRIMARY KEY (plan_id, site_id),
  KEY plan_sites_site (site_id)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
