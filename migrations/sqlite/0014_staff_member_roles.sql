-- +goose Up
CREATE TABLE IF NOT EXISTS staff_member_roles (
  member_id BIGINT NOT NULL,
  role_id BIGINT NOT NULL,
  PRIMARY KEY (member_id, role_id)
);
CREATE INDEX IF NOT EXISTS staff_member_roles_role ON staff_member_roles (role_id, member_id);
