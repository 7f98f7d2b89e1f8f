-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS brand_mails (
  brand_id BIGINT NOT NULL,
  from_name VARCHAR(320) NOT NULL,
  from_address VARCHAR(120) NOT NULL,
  PRIMARY KEY (brand_id)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
