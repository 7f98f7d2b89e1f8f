-- +goose Up
CREATE TABLE IF NOT EXISTS invoice_series (
  name TEXT NOT NULL,
  last BIGINT NOT NULL,
  PRIMARY KEY (name)
);
