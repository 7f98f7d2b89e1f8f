-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS audit_events (
  id BIGINT NOT NULL PRIMARY KEY,
  at DATETIME(3) NOT NULL,
  actor VARCHAR(100) NOT NULL,
  action VARCHAR(64) NOT NULL,
  object VARCHAR(64) NOT NULL,
  object_id VARCHAR(64) NOT NULL,
  old_value MEDIUMTEXT NOT NULL,
  new_value MEDIUMTEXT NOT NULL,
  came_from VARCHAR(100) NOT NULL,
  KEY audit_object (object, object_id, id)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
