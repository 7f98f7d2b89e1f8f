-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS customer_events (
  id BIGINT NOT NULL,
  customer_id BIGINT NOT NULL,
  seq BIGINT NOT NULL,
  kind VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  request VARCHAR(96) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  input VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  how VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  reference VARCHAR(240) NULL,
  delta_cents BIGINT NOT NULL,
  balance_cents BIGINT NOT NULL,
  other_id BIGINT NOT NULL,
  note VARCHAR(800) NOT NULL,
  done_by VARCHAR(320) NOT NULL,
  at DATETIME(3) NOT NULL,
  day VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY customer_events_seq (customer_id, seq),
  UNIQUE KEY customer_events_request (customer_id, request),
  KEY customer_events_day (day, how, id, delta_cents)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
