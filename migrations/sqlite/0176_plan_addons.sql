-- +goose Up
CREATE TABLE IF NOT EXISTS plan_addons (
  id BIGINT NOT NULL,
  addon_key TEXT NOT NULL,
  name_en TEXT NOT NULL,
  name_sw TEXT NOT NULL,
  price_cents BIGINT NOT NULL,
  price_currency TEXT NOT NULL,
  content TEXT NOT NULL,
  state TEXT NOT NULL,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX IF NOT EXISTS plan_addons_key ON plan_addons (addon_key);
