-- +goose Up
CREATE TABLE IF NOT EXISTS refusals (
  id BIGINT NOT NULL PRIMARY KEY,
  router_id BIGINT NOT NULL,
  site_id BIGINT NOT NULL,
  grant_id BIGINT NOT NULL,
  about TEXT NOT NULL,
  day TEXT NOT NULL,
  cause TEXT NOT NULL,
  mac TEXT NOT NULL,
  name_hash TEXT NOT NULL,
  name TEXT NOT NULL,
  times BIGINT NOT NULL,
  first_at DATETIME NOT NULL,
  last_at DATETIME NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS refusals_kind ON refusals (router_id, day, cause, mac, name_hash);
CREATE INDEX IF NOT EXISTS refusals_router ON refusals (router_id, id);
CREATE INDEX IF NOT EXISTS refusals_today ON refusals (router_id, day, last_at);
CREATE INDEX IF NOT EXISTS refusals_about ON refusals (about, id);
CREATE INDEX IF NOT EXISTS refusals_site ON refusals (site_id, id);
CREATE INDEX IF NOT EXISTS refusals_grant ON refusals (grant_id, id);
CREATE INDEX IF NOT EXISTS refusals_mac ON refusals (mac, id);
CREATE INDEX IF NOT EXISTS refusals_name ON refusals (name_hash, id);
