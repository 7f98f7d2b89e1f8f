-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS voucher_tries (
  site_id BIGINT NOT NULL,
  hour BIGINT NOT NULL,
  wrong BIGINT NOT NULL,
  PRIMARY KEY (site_id, hour),
  KEY voucher_tries_hour (hour)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
