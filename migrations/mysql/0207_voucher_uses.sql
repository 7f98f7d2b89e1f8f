-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS voucher_uses (
  id BIGINT NOT NULL,
  site_id BIGINT NOT NULL,
  used_at DATETIME(3) NOT NULL,
  PRIMARY KEY (id),
  KEY voucher_uses_site (site_id, used_at)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
