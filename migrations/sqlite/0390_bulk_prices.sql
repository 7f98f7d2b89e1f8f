-- +goose Up
CREATE TABLE IF NOT EXISTS bulk_prices (
  run_id BIGINT NOT NULL,
  object_id BIGINT NOT NULL,
  was_cents BIGINT NOT NULL,
  is_cents BIGINT NOT NULL,
  now_cents BIGINT NOT NULL,
  PRIMARY KEY (run_id, object_id)
);
