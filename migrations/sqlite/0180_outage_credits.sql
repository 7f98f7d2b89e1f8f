-- +goose Up
CREATE TABLE IF NOT EXISTS outage_credits (
  id BIGINT NOT NULL,
  site_id BIGINT NOT NULL,
  days INT NOT NULL,
  done_by TEXT NOT NULL,
  note TEXT NOT NULL,
  at DATETIME NOT NULL,
  undone_at DATETIME,
  request TEXT,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX IF NOT EXISTS outage_credits_request ON outage_credits (request);
CREATE INDEX IF NOT EXISTS outage_credits_site ON outage_credits (site_id, id);
