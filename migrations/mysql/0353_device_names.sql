-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS device_names (
  grant_id BIGINT NOT NULL,
  mac VARCHAR(12) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  name VARCHAR(160) NOT NULL,
  PRIMARY KEY (grant_id, mac)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
