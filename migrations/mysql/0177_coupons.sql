-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS coupons (
  id BIGINT NOT NULL,
  code VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  content MEDIUMTEXT NOT NULL,
  most BIGINT NOT NULL,
  used BIGINT NOT NULL,
  from_at DATETIME(3) NULL,
  until_at DATETIME(3) NULL,
  state VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY coupons_code (code)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
