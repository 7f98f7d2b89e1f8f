-- +goose Up
CREATE TABLE IF NOT EXISTS prompt_asks (
  id BIGINT NOT NULL,
  customer_id BIGINT NOT NULL,
  order_id BIGINT NOT NULL,
  cause TEXT NOT NULL,
  paper_id BIGINT NOT NULL,
  invoice_id BIGINT NOT NULL,
  spent_cents BIGINT NOT NULL,
  done_by TEXT NOT NULL,
  at DATETIME NOT NULL,
  queried_at DATETIME NULL,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX IF NOT EXISTS prompt_asks_order ON prompt_asks (order_id);
CREATE INDEX IF NOT EXISTS prompt_asks_customer ON prompt_asks (customer_id, id);
CREATE INDEX IF NOT EXISTS prompt_asks_paper ON prompt_asks (paper_id, id);
