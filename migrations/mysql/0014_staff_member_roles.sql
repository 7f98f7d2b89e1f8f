-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS staff_member_roles (
  member_id BIGINT NOT NULL,
  role_id BIGINT NOT NULL,
  PRIMARY KEY (member_id, role_id),
  KEY staff_member_roles_role (role_id, member_id)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
