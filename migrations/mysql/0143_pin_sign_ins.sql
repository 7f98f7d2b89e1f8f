-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS pin_sign_ins (
  id BIGINT NOT NULL,
  account_id BIGINT NOT NULL,
  token_hash VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  address VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  started_at DATETIME(3) NOT NULL,
  seen_at DATETIME(3) NOT NULL,
  proven_at DATETIME(3) NOT NULL,
  until DATETIME(3) NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY pin_sign_ins_token (token_hash),
  KEY pin_sign_ins_account (account_id, id),
  KEY pin_sign_ins_until (until, id)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
