-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS customer_tags (
  customer_id BIGINT NOT NULL,
  tag VARCHAR(160) NOT NULL,
  PRIMARY KEY (customer_id, tag),
  KEY customer_tags_tag (tag, customer_id)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
