-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS brands (
  id BIGINT NOT NULL PRIMARY KEY,
  brand_key VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  name VARCHAR(80) NOT NULL,
  welcome_en VARCHAR(300) NOT NULL,
  welcome_sw VARCHAR(300) NOT NULL,
  terms_en TEXT NOT NULL,
  terms_sw TEXT NOT NULL,
  accent VARCHAR(7) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  accent_ink VARCHAR(7) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  paper VARCHAR(7) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  ink VARCHAR(7) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  logo BLOB NOT NULL,
  logo_type VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  theme VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  picture BLOB NOT NULL,
  hours_en VARCHAR(200) NOT NULL,
  hours_sw VARCHAR(200) NOT NULL,
  whatsapp VARCHAR(15) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  email VARCHAR(120) NOT NULL,
  facebook VARCHAR(50) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  instagram VARCHAR(50) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  tiktok VARCHAR(50) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  x VARCHAR(50) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  sender VARCHAR(15) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  version BIGINT NOT NULL,
  updated_at DATETIME(3) NOT NULL,
  UNIQUE KEY brands_key (brand_key)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS sites (
  id BIGINT NOT NULL PRIMARY KEY,
  slug VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  name VARCHAR(80) NOT NULL,
  language VARCHAR(8) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  phone VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  timezone VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  brand_id BIGINT NOT NULL,
  state VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  version BIGINT NOT NULL,
  updated_at DATETIME(3) NOT NULL,
  UNIQUE KEY sites_slug (slug)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
