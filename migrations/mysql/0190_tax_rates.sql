-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS tax_rates (
  id BIGINT NOT NULL,
  kind VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  share BIGINT NOT NULL,
  from_day VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  until_day VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  supplies VARCHAR(96) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  note VARCHAR(800) NOT NULL,
  done_by VARCHAR(320) NOT NULL,
  updated_at DATETIME(3) NOT NULL,
  PRIMARY KEY (id),
  KEY tax_rates_kind (kind, from_day)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
