-- +goose Up
CREATE TABLE IF NOT EXISTS equipment_moves (
  id BIGINT NOT NULL,
  equipment_id BIGINT NOT NULL,
  place TEXT NOT NULL,
  holder TEXT NOT NULL,
  customer_id BIGINT NOT NULL,
  line_id BIGINT NOT NULL,
  visit_id BIGINT NOT NULL,
  done_by TEXT NOT NULL,
  at DATETIME NOT NULL,
  PRIMARY KEY (id)
);
CREATE INDEX IF NOT EXISTS equipment_moves_of ON equipment_moves (equipment_id, id);
CREATE INDEX IF NOT EXISTS equipment_moves_customer ON equipment_moves (customer_id, id);
