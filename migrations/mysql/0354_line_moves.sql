-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS line_moves (
  subscription_id BIGINT NOT NULL,
  n BIGINT NOT NULL,
  day VARCHAR(10) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  kind VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  from_plan VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  from_site BIGINT NOT NULL,
  to_plan VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  to_site BIGINT NOT NULL,
  PRIMARY KEY (subscription_id, n),
  KEY line_moves_day (day, kind, to_plan, to_site, from_plan, from_site)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
