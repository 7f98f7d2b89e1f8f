-- +goose Up
CREATE TABLE IF NOT EXISTS voucher_tries (
  site_id BIGINT NOT NULL,
  hour BIGINT NOT NULL,
  wrong BIGINT NOT NULL,
  PRIMARY KEY (site_id, hour)
);
CREATE INDEX IF NOT EXISTS voucher_tries_hour ON voucher_tries (hour);
