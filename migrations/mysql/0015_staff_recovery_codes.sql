-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS staff_recovery_codes (
  id BIGINT NOT NULL,
  member_id BIGINT NOT NULL,
  code_hash VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  used_by BIGINT NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY staff_recovery_codes_hash (code_hash),
  KEY staff_recovery_codes_member (member_id, id)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
