-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS router_boots (
  id BIGINT NOT NULL,
  router_id BIGINT NOT NULL,
  at DATETIME(3) NOT NULL,
  told_by VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY router_boots_told (router_id, at, told_by)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
