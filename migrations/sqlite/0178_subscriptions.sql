-- +goose Up
CREATE TABLE IF NOT EXISTS subscriptions (
  id BIGINT NOT NULL,
  customer_id BIGINT NOT NULL,
  plan_key TEXT NOT NULL,
  price_id BIGINT NOT NULL,
  site_id BIGINT NOT NULL,
  router_id BIGINT NOT NULL,
  login_kind TEXT NOT NULL,
  login_name TEXT NOT NULL,
  state TEXT NOT NULL,
  mode TEXT NOT NULL,
  grant_id BIGINT NOT NULL,
  seq BIGINT NOT NULL,
  held_cents BIGINT NOT NULL,
  paid_until DATETIME,
  due_at DATETIME,
  content TEXT NOT NULL,
  created_at DATETIME NOT NULL,
  PRIMARY KEY (id)
);
CREATE INDEX IF NOT EXISTS subscriptions_customer ON subscriptions (customer_id, id);
CREATE INDEX IF NOT EXISTS subscriptions_grant ON subscriptions (grant_id);
CREATE INDEX IF NOT EXISTS subscriptions_due ON subscriptions (due_at);
CREATE INDEX IF NOT EXISTS subscriptions_price ON subscriptions (price_id, id);
CREATE INDEX IF NOT EXISTS subscriptions_plan ON subscriptions (plan_key, id);
CREATE INDEX IF NOT EXISTS subscriptions_site ON subscriptions (site_id, id);
CREATE INDEX IF NOT EXISTS subscriptions_login ON subscriptions (login_name);
