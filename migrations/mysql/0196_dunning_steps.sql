-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS dunning_steps (
  segment VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  after_days BIGINT NOT NULL,
  action VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  cents BIGINT NOT NULL,
  updated_at DATETIME(3) NOT NULL,
  PRIMARY KEY (segment, after_days, action)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
