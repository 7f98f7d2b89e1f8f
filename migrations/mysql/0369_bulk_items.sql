-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS bulk_items (
  run_id BIGINT NOT NULL,
  object_id BIGINT NOT NULL,
  fate VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  why_key VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  why TEXT NOT NULL,
  seen BIGINT NOT NULL,
  mark BIGINT NOT NULL,
  cents BIGINT NOT NULL,
  PRIMARY KEY (run_id, object_id),
  KEY bulk_items_fate (run_id, fate, why_key, object_id)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
