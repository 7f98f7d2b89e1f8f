-- +goose Up
CREATE TABLE IF NOT EXISTS jobs (
  id BIGINT NOT NULL PRIMARY KEY,
  fact TEXT NOT NULL,
  subscriber TEXT NOT NULL,
  job_key TEXT NOT NULL,
  payload BLOB NOT NULL,
  state TEXT NOT NULL,
  run_at DATETIME NOT NULL,
  attempt INT NOT NULL,
  failures INT NOT NULL,
  last_error TEXT NOT NULL,
  holder TEXT NOT NULL,
  created_at DATETIME NOT NULL,
  updated_at DATETIME NOT NULL
);
CREATE INDEX IF NOT EXISTS jobs_due ON jobs (state, run_at, id);
CREATE INDEX IF NOT EXISTS jobs_holder ON jobs (holder);
CREATE INDEX IF NOT EXISTS jobs_key ON jobs (fact, job_key);
