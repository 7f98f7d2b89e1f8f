-- +goose Up
CREATE TABLE IF NOT EXISTS staff_roles (
  id BIGINT NOT NULL,
  role_key TEXT NOT NULL,
  name TEXT NOT NULL,
  permissions TEXT NOT NULL,
  version BIGINT NOT NULL,
  changed_at DATETIME NOT NULL,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX IF NOT EXISTS staff_roles_key ON staff_roles (role_key);
