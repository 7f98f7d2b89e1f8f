-- +goose Up
CREATE TABLE IF NOT EXISTS staff_recovery_codes (
  id BIGINT NOT NULL,
  member_id BIGINT NOT NULL,
  code_hash TEXT NOT NULL,
  used_by BIGINT NOT NULL,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX IF NOT EXISTS staff_recovery_codes_hash ON staff_recovery_codes (code_hash);
CREATE INDEX IF NOT EXISTS staff_recovery_codes_member ON staff_recovery_codes (member_id, id);
