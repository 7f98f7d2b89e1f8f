-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS approval_sites (
  approval_id BIGINT NOT NULL,
  site_id BIGINT NOT NULL,
  PRIMARY KEY (approval_id, site_id)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
