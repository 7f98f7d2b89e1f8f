-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS webhook_attempts (
  id BIGINT NOT NULL,
  delivery_id BIGINT NOT NULL,
  number BIGINT NOT NULL,
  at DATETIME(3) NOT NULL,
  status BIGINT NOT NULL,
  reason VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  took_ms BIGINT NOT NULL,
  answer BLOB,
  PRIMARY KEY (id),
  KEY webhook_attempts_delivery (delivery_id, id)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
