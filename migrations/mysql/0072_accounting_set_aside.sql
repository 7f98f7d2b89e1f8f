-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS accounting_set_aside (
  id BIGINT NOT NULL PRIMARY KEY,
  router_id BIGINT NOT NULL,
  cause VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  payload BLOB NOT NULL,
  at DATETIME(3) NOT NULL,
  KEY accounting_set_aside_router (router_id, at)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
