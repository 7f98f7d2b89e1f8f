-- +goose Up
CREATE TABLE IF NOT EXISTS voucher_uses (
  id BIGINT NOT NULL,
  site_id BIGINT NOT NULL,
  used_at DATETIME NOT NULL,
  PRIMARY KEY (id)
);
CREATE INDEX IF NOT EXISTS voucher_uses_site ON voucher_uses (site_id, used_at);
