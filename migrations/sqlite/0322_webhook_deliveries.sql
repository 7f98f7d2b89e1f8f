-- +goose Up
CREATE TABLE IF NOT EXISTS webhook_deliveries (
  id BIGINT NOT NULL,
  endpoint_id BIGINT NOT NULL,
  event_id BIGINT NOT NULL,
  kind TEXT NOT NULL,
  object_id BIGINT NOT NULL,
  body BLOB NOT NULL,
  state TEXT NOT NULL,
  run TEXT NOT NULL,
  tries BIGINT NOT NULL,
  attempts BIGINT NOT NULL,
  status BIGINT NOT NULL,
  reason TEXT NOT NULL,
  took_ms BIGINT NOT NULL,
  happened_at DATETIME NOT NULL,
  next_at DATETIME NOT NULL,
  tried_at DATETIME,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX IF NOT EXISTS webhook_deliveries_event ON webhook_deliveries (event_id, endpoint_id);
CREATE INDEX IF NOT EXISTS webhook_deliveries_due ON webhook_deliveries (endpoint_id, state, next_at, id);
CREATE INDEX IF NOT EXISTS webhook_deliveries_state ON webhook_deliveries (endpoint_id, state, id);
CREATE INDEX IF NOT EXISTS webhook_deliveries_log ON webhook_deliveries (endpoint_id, id);
CREATE INDEX IF NOT EXISTS webhook_deliveries_run ON webhook_deliveries (run, id);
