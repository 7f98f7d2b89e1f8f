-- +goose Up
CREATE TABLE IF NOT EXISTS router_health (
  router_id BIGINT NOT NULL PRIMARY KEY,
  due_at DATETIME NOT NULL,
  taken_at DATETIME NULL,
  answered_at DATETIME NULL,
  down_since DATETIME NULL,
  look TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS router_health_due ON router_health (due_at);
