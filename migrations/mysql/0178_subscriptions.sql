-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS subscriptions (
  id BIGINT NOT NULL,
  customer_id BIGINT NOT NULL,
  plan_key VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  price_id BIGINT NOT NULL,
  site_id BIGINT NOT NULL,
  router_id BIGINT NOT NULL,
  login_kind VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  login_name VARCHAR(253) NOT NULL,
  state VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  mode VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  grant_id BIGINT NOT NULL,
  seq BIGINT NOT NULL,
  held_cents BIGINT NOT NULL,
  paid_until DATETIME(3) NULL,
  due_at DATETIME(3) NULL,
  content MEDIUMTEXT NOT NULL,
  created_at DATETIME(3) NOT NULL,
  PRIMARY KEY (id),
  KEY subscriptions_customer (customer_id, id),
  KEY subscriptions_grant (grant_id),
  KEY subscriptions_due (due_at),
  KEY subscriptions_price (price_id, id),
  KEY subscriptions_plan (plan_key, id),
  KEY subscriptions_site (site_id, id),
  KEY subscriptions_login (login_name)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
