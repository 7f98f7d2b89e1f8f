-- +goose Up
CREATE TABLE IF NOT EXISTS customer_tags (
  customer_id BIGINT NOT NULL,
  tag TEXT NOT NULL,
  PRIMARY KEY (customer_id, tag)
);
CREATE INDEX IF NOT EXISTS customer_tags_tag ON customer_tags (tag, customer_id);
