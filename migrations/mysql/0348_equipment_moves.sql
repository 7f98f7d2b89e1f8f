-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS equipment_moves (
  id BIGINT NOT NULL,
  equipment_id BIGINT NOT NULL,
  place VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  holder VARCHAR(320) NOT NULL,
  customer_id BIGINT NOT NULL,
  line_id BIGINT NOT NULL,
  visit_id BIGINT NOT NULL,
  done_by VARCHAR(320) NOT NULL,
  at DATETIME(3) NOT NULL,
  PRIMARY KEY (id),
  KEY equipment_moves_of (equipment_id, id),
  KEY equipment_moves_customer (customer_id, id)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
