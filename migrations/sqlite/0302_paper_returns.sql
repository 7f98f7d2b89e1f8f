-- +goose Up
CREATE TABLE IF NOT EXISTS paper_returns (
  customer_id BIGINT NOT NULL,
  until_at DATETIME,
  at DATETIME NOT NULL,
  PRIMARY KEY (customer_id)
);
