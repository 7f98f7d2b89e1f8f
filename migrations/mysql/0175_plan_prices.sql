-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS plan_prices (
  id BIGINT NOT NULL,
  plan_id BIGINT NOT NULL,
  seq BIGINT NOT NULL,
  from_at DATETIME(3) NOT NULL,
  price_cents BIGINT NOT NULL,
  price_currency VARCHAR(3) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  terms MEDIUMTEXT NOT NULL,
  limits MEDIUMTEXT NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY plan_prices_plan (plan_id, seq)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
