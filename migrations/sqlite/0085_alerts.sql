-- +goose Up
CREATE TABLE IF NOT EXISTS alerts (
  id BIGINT NOT NULL PRIMARY KEY,
  rule TEXT NOT NULL,
  subject TEXT NOT NULL,
  open_key TEXT NOT NULL,
  state TEXT NOT NULL,
  value BIGINT NOT NULL,
  told INT NOT NULL,
  settled INT NOT NULL,
  raised_at DATETIME NOT NULL,
  good_since DATETIME,
  acknowledged_by TEXT NOT NULL,
  acknowledged_at DATETIME,
  cleared_at DATETIME
);
CREATE UNIQUE INDEX IF NOT EXISTS alerts_open ON alerts (open_key);
CREATE INDEX IF NOT EXISTS alerts_settled ON alerts (settled, rule);
CREATE INDEX IF NOT EXISTS alerts_raised ON alerts (raised_at, id);
