-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS prompt_asks (
  id BIGINT NOT NULL,
  customer_id BIGINT NOT NULL,
  order_id BIGINT NOT NULL,
  cause VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  paper_id BIGINT NOT NULL,
  invoice_id BIGINT NOT NULL,
  spent_cents BIGINT NOT NULL,
  done_by VARCHAR(320) NOT NULL,
  at DATETIME(3) NOT NULL,
  queried_at DATETIME(3) NULL,
  PRIMARY KEY (id),
  UNIQUE KEY prompt_asks_order (order_id),
  KEY prompt_asks_customer (customer_id, id),
  KEY prompt_asks_paper (paper_id, id)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
