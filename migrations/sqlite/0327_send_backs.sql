-- +goose Up
CREATE TABLE IF NOT EXISTS send_backs (
  id BIGINT NOT NULL,
  owed_kind TEXT NOT NULL,
  owed_id BIGINT NOT NULL,
  till_id BIGINT NOT NULL,
  way TEXT NOT NULL,
  state TEXT NOT NULL,
  secret_hash TEXT NOT NULL,
  secret BLOB NOT NULL,
  originator TEXT NOT NULL,
  conversation TEXT NOT NULL,
  code TEXT NOT NULL,
  says TEXT NOT NULL,
  reference TEXT NOT NULL,
  asks BIGINT NOT NULL,
  sent_by BIGINT NOT NULL,
  created_at DATETIME NOT NULL,
  sent_at DATETIME,
  done_at DATETIME,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX IF NOT EXISTS send_backs_secret ON send_backs (secret_hash);
CREATE INDEX IF NOT EXISTS send_backs_owed ON send_backs (owed_kind, owed_id, id);
CREATE INDEX IF NOT EXISTS send_backs_state ON send_backs (state, id);
CREATE INDEX IF NOT EXISTS send_backs_till ON send_backs (till_id, way, id);
