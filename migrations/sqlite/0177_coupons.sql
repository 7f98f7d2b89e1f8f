-- +goose Up
CREATE TABLE IF NOT EXISTS coupons (
  id BIGINT NOT NULL,
  code TEXT NOT NULL,
  content TEXT NOT NULL,
  most BIGINT NOT NULL,
  used BIGINT NOT NULL,
  from_at DATETIME,
  until_at DATETIME,
  state TEXT NOT NULL,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX IF NOT EXISTS coupons_code ON coupons (code);
