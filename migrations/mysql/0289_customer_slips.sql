-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS customer_slips (
  customer_id BIGINT NOT NULL,
  how VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  reference VARCHAR(240) NOT NULL,
  event_id BIGINT NOT NULL,
  PRIMARY KEY (customer_id, how, reference)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
