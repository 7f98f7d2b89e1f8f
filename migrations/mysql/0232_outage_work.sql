-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS outage_work (
  outage_id BIGINT NOT NULL,
  kind VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  PRIMARY KEY (outage_id, kind)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
