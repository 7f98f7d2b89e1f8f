-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS family_months (
  part_id BIGINT NOT NULL,
  month VARCHAR(7) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  cents BIGINT NOT NULL,
  PRIMARY KEY (part_id, month)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
