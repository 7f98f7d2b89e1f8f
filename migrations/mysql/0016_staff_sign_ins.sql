-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS staff_sign_ins (
  id BIGINT NOT NULL,
  member_id BIGINT NOT NULL,
  token_hash VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  proven VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  address VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  browser VARCHAR(200) NOT NULL,
  started_at DATETIME(3) NOT NULL,
  seen_at DATETIME(3) NOT NULL,
  proven_at DATETIME(3) NOT NULL,
  until DATETIME(3) NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY staff_sign_ins_token (token_hash),
  KEY staff_sign_ins_member (member_id, id),
  KEY staff_sign_ins_until (until, id)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
