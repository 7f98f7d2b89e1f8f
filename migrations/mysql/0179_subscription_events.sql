-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS subscription_events (
  id BIGINT NOT NULL,
  subscription_id BIGINT NOT NULL,
  seq BIGINT NOT NULL,
  kind VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  request VARCHAR(96) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  effective_at DATETIME(3) NOT NULL,
  recorded_at DATETIME(3) NOT NULL,
  done_by VARCHAR(320) NOT NULL,
  content MEDIUMTEXT NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY subscription_events_seq (subscription_id, seq),
  UNIQUE KEY subscription_events_request (subscription_id, request),
  KEY subscription_events_kind (kind, effective_at)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
