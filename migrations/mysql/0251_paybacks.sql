-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS paybacks (
  id BIGINT NOT NULL,
  customer_id BIGINT NOT NULL,
  open_customer BIGINT,
  cents BIGINT NOT NULL,
  reason VARCHAR(800) NOT NULL,
  state VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  asked_by BIGINT NOT NULL,
  decided_by BIGINT NOT NULL,
  paid_by BIGINT NOT NULL,
  alone BOOLEAN NOT NULL,
  how VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  reference VARCHAR(240) NOT NULL,
  sending BIGINT NOT NULL,
  phone_hash VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  asked_at DATETIME(3) NOT NULL,
  decided_at DATETIME(3),
  paid_at DATETIME(3),
  PRIMARY KEY (id),
  UNIQUE KEY paybacks_open (open_customer),
  KEY paybacks_customer (customer_id, id),
  KEY paybacks_state (state, id),
  KEY paybacks_paid (paid_by, paid_at)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
