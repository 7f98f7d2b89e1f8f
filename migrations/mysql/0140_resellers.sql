-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS resellers (
  id BIGINT NOT NULL,
  number BIGINT NOT NULL,
  name VARCHAR(320) NOT NULL,
  phone VARBINARY(255) NOT NULL,
  phone_hash VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  lang VARCHAR(8) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  state VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  parent_id BIGINT NOT NULL,
  terms VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  limit_cents BIGINT NOT NULL,
  balance_cents BIGINT NOT NULL,
  commission VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  sites TEXT CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  plans TEXT CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  seq BIGINT NOT NULL,
  created_by VARCHAR(255) NOT NULL,
  created_at DATETIME(3) NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY resellers_number (number),
  UNIQUE KEY resellers_phone (phone_hash),
  KEY resellers_parent (parent_id, id),
  KEY resellers_name (name)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
