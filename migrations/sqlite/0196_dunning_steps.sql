-- +goose Up
CREATE TABLE IF NOT EXISTS dunning_steps (
  segment TEXT NOT NULL,
  after_days BIGINT NOT NULL,
  action TEXT NOT NULL,
  cents BIGINT NOT NULL,
  updated_at DATETIME NOT NULL,
  PRIMARY KEY (segment, after_days, action)
);
