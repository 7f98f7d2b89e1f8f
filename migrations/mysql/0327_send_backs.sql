-- +goose Up
CREATE TABLE IF NOT EXISTS send_backs (
  id BIGINT NOT NULL,
  refund_id BIGINT NOT NULL,
  till_id BIGINT NOT NULL,
  way VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  state VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  secret_hash VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  secret VARBINARY(512) NOT NULL,
  originator VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  conversation VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  code VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  says VARCHAR(255) NOT NULL,
  reference VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  asks BIGINT NOT NULL,
  sent_by BIGINT NOT NULL,
  created_at DATETIME(3) NOT NULL,
  sent_at DATETIME(3),
  done_at DATETIME(3),
  PRIMARY KEY (id),
  UNIQUE KEY send_backs_secret (secret_hash),
  KEY send_backs_refund (refund_id, id),
  KEY send_backs_state (state, id)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
