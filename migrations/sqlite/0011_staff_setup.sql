-- +goose Up
CREATE TABLE IF NOT EXISTS staff_setup (
  id BIGINT NOT NULL,
  state TEXT NOT NULL,
  secret_hash TEXT NOT NULL,
  closed_by BIGINT NOT NULL,
  changed_at DATETIME NOT NULL,
  PRIMARY KEY (id)
);
