-- +goose Up
CREATE TABLE IF NOT EXISTS plan_prices (
  id BIGINT NOT NULL,
  plan_id BIGINT NOT NULL,
  seq BIGINT NOT NULL,
  from_at DATETIME NOT NULL,
  price_cents BIGINT NOT NULL,
  price_currency TEXT NOT NULL,
  terms TEXT NOT NULL,
  limits TEXT NOT NULL,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX IF NOT EXISTS plan_prices_plan ON plan_prices (plan_id, seq);
