-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS prompt_dues (
  due VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  try INT NOT NULL,
  ask_id BIGINT NOT NULL,
  at DATETIME(3) NOT NULL,
  PRIMARY KEY (due, try)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
