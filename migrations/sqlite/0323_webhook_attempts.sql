-- +goose Up
CREATE TABLE IF NOT EXISTS webhook_attempts (
  id BIGINT NOT NULL,
  delivery_id BIGINT NOT NULL,
  number BIGINT NOT NULL,
  at DATETIME NOT NULL,
  status BIGINT NOT NULL,
  reason TEXT NOT NULL,
  took_ms BIGINT NOT NULL,
  answer BLOB,
  PRIMARY KEY (id)
);
CREATE INDEX IF NOT EXISTS webhook_attempts_delivery ON webhook_attempts (delivery_id, id);
