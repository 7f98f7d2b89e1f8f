-- +goose Up
CREATE TABLE IF NOT EXISTS plans (
  id BIGINT NOT NULL,
  plan_key TEXT NOT NULL,
  name_en TEXT NOT NULL,
  name_sw TEXT NOT NULL,
  segment TEXT NOT NULL,
  price_cents BIGINT NOT NULL,
  price_currency TEXT NOT NULL,
  limits TEXT NOT NULL,
  sort INT NOT NULL,
  state TEXT NOT NULL,
  created_at DATETIME NOT NULL,
  updated_at DATETIME NOT NULL,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX IF NOT EXISTS plans_key ON plans (plan_key);

CREATE TABLE IF NOT EXISTS plan_sites (
  plan_id BIGINT NOT NULL,
  site_id BIGINT NOT NULL,
  PRIMARY KEY (plan_id, site_id)
);
CREATE INDEX IF NOT EXISTS plan_sites_site ON plan_sites (site_id);
