-- +goose Up
CREATE TABLE IF NOT EXISTS brands (
  id BIGINT NOT NULL PRIMARY KEY,
  brand_key TEXT NOT NULL,
  name TEXT NOT NULL,
  welcome_en TEXT NOT NULL,
  welcome_sw TEXT NOT NULL,
  terms_en TEXT NOT NULL,
  terms_sw TEXT NOT NULL,
  accent TEXT NOT NULL,
  accent_ink TEXT NOT NULL,
  paper TEXT NOT NULL,
  ink TEXT NOT NULL,
  logo BLOB NOT NULL,
  logo_type TEXT NOT NULL,
  theme TEXT NOT NULL,
  picture BLOB NOT NULL,
  hours_en TEXT NOT NULL,
  hours_sw TEXT NOT NULL,
  whatsapp TEXT NOT NULL,
  email TEXT NOT NULL,
  facebook TEXT NOT NULL,
  instagram TEXT NOT NULL,
  tiktok TEXT NOT NULL,
  x TEXT NOT NULL,
  sender TEXT NOT NULL,
  version BIGINT NOT NULL,
  updated_at DATETIME NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS brands_key ON brands (brand_key);

CREATE TABLE IF NOT EXISTS sites (
  id BIGINT NOT NULL PRIMARY KEY,
  slug TEXT NOT NULL,
  name TEXT NOT NULL,
  language TEXT NOT NULL,
  phone TEXT NOT NULL,
  timezone TEXT NOT NULL,
  brand_id BIGINT NOT NULL,
  state TEXT NOT NULL,
  version BIGINT NOT NULL,
  updated_at DATETIME NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS sites_slug ON sites (slug);
