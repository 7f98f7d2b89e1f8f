-- +goose Up
CREATE TABLE IF NOT EXISTS customer_slips (
  customer_id BIGINT NOT NULL,
  how TEXT NOT NULL,
  reference TEXT NOT NULL,
  event_id BIGINT NOT NULL,
  PRIMARY KEY (customer_id, how, reference)
);
