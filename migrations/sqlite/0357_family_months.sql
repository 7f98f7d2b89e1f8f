-- +goose Up
CREATE TABLE IF NOT EXISTS family_months (
  part_id BIGINT NOT NULL,
  month TEXT NOT NULL,
  cents BIGINT NOT NULL,
  PRIMARY KEY (part_id, month)
);
