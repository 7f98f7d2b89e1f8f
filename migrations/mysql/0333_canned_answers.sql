-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS canned_answers (
  id BIGINT NOT NULL,
  name VARCHAR(320) NOT NULL,
  english TEXT NOT NULL,
  swahili TEXT NOT NULL,
  changed_at DATETIME(3) NOT NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY canned_answers_name (name)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
