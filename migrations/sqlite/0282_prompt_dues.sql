-- +goose Up
CREATE TABLE IF NOT EXISTS prompt_dues (
  due TEXT NOT NULL,
  try INT NOT NULL,
  ask_id BIGINT NOT NULL,
  at DATETIME NOT NULL,
  PRIMARY KEY (due, try)
);
