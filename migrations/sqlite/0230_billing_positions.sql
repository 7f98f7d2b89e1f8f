-- +goose Up
CREATE TABLE IF NOT EXISTS billing_positions (
  subscription_id BIGINT NOT NULL,
  track TEXT NOT NULL,
  anchor_day TEXT NOT NULL,
  bill_day INT NOT NULL,
  moves TEXT NOT NULL DEFAULT '',
  wanted_day INT NOT NULL DEFAULT 0,
  next_day TEXT NOT NULL,
  due_day TEXT NOT NULL,
  since_day TEXT NOT NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (subscription_id, track)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS billing_positions_due ON billing_positions (due_day, subscription_id);
