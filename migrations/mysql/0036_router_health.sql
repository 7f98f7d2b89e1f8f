-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS router_health (
  router_id BIGINT NOT NULL PRIMARY KEY,
  due_at DATETIME(3) NOT NULL,
  taken_at DATETIME(3) NULL,
  answered_at DATETIME(3) NULL,
  down_since DATETIME(3) NULL,
  look TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  KEY router_health_due (due_at)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
