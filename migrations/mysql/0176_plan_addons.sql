-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS plan_addons (
  id BIGINT NOT NULL,
  addon_key VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  name_en VARCHAR(100) NOT NULL,
  name_sw VARCHAR(100) NOT NULL,
  price_cents BIGINT NOT NULL,
  price_currency VARCHAR(3) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  content MEDIUMTEXT NOT NULL,
  state VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY plan_addons_key (addon_key)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
