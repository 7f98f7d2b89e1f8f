-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS webhook_deliveries (
  id BIGINT NOT NULL,
  endpoint_id BIGINT NOT NULL,
  event_id BIGINT NOT NULL,
  kind VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  object_id BIGINT NOT NULL,
  body MEDIUMBLOB NOT NULL,
  state VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  run VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  tries BIGINT NOT NULL,
  attempts BIGINT NOT NULL,
  status BIGINT NOT NULL,
  reason VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  took_ms BIGINT NOT NULL,
  happened_at DATETIME(3) NOT NULL,
  next_at DATETIME(3) NOT NULL,
  tried_at DATETIME(3),
  PRIMARY KEY (id),
  UNIQUE KEY webhook_deliveries_event (event_id, endpoint_id),
  KEY webhook_deliveries_due (endpoint_id, state, next_at, id),
  KEY webhook_deliveries_state (endpoint_id, state, id),
  KEY webhook_deliveries_log (endpoint_id, id),
  KEY webhook_deliveries_run (run, id)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
