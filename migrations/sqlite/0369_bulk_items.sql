-- +goose Up
CREATE TABLE IF NOT EXISTS bulk_items (
  run_id BIGINT NOT NULL,
  object_id BIGINT NOT NULL,
  fate TEXT NOT NULL,
  why_key TEXT NOT NULL,
  why TEXT NOT NULL,
  seen BIGINT NOT NULL,
  mark BIGINT NOT NULL,
  cents BIGINT NOT NULL,
  PRIMARY KEY (run_id, object_id)
);
CREATE INDEX IF NOT EXISTS bulk_items_fate ON bulk_items (run_id, fate, why_key, object_id);
