-- +goose Up
CREATE TABLE IF NOT EXISTS brand_mails (
  brand_id BIGINT NOT NULL,
  from_name TEXT NOT NULL,
  from_address TEXT NOT NULL,
  PRIMARY KEY (brand_id)
);
