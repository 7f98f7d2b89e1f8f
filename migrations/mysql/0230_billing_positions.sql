-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS billing_positions (
  subscription_id BIGINT NOT NULL,
  track VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  anchor_day VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  bill_day INT NOT NULL,
  moves VARCHAR(2000) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  wanted_day INT NOT NULL DEFAULT 0,
  next_day VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  due_day VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  since_day VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (subscription_id, track),
  KEY billing_positions_due (due_day, subscription_id)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
