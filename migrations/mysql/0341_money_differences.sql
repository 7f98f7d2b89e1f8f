-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS money_differences (
  id BIGINT NOT NULL,
  day VARCHAR(10) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  item_key VARCHAR(100) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  cause VARCHAR(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  till_id BIGINT NOT NULL,
  receipt_id BIGINT NOT NULL,
  order_id BIGINT NOT NULL,
  site_id BIGINT NOT NULL,
  receipt VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  statement_cents BIGINT NOT NULL,
  books_cents BIGINT NOT NULL,
  cents BIGINT NOT NULL,
  at DATETIME(3) NOT NULL,
  state VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  late BIGINT NOT NULL,
  owner BIGINT NOT NULL,
  reason VARCHAR(500) NOT NULL,
  moved_by VARCHAR(320) NOT NULL,
  moved_at DATETIME(3) NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY money_differences_once (day, item_key),
  KEY money_differences_day (day, state, cents),
  KEY money_differences_state (state, at, id)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
