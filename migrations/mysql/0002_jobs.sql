-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS jobs (
  id BIGINT NOT NULL PRIMARY KEY,
  fact VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  subscriber VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  job_key VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  payload MEDIUMBLOB NOT NULL,
  state VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  run_at DATETIME(3) NOT NULL,
  attempt INT NOT NULL,
  failures INT NOT NULL,
  last_error TEXT NOT NULL,
  holder VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  created_at DATETIME(3) NOT NULL,
  updated_at DATETIME(3) NOT NULL,
  KEY jobs_due (state, run_at, id),
  KEY jobs_holder (holder),
  KEY jobs_key (fact, job_key)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
