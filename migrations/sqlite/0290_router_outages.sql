-- +goose Up
CREATE TABLE IF NOT EXISTS router_outages (
  id BIGINT NOT NULL,
  router_id BIGINT NOT NULL,
  site_id BIGINT NOT NULL,
  state TEXT NOT NULL,
  from_at DATETIME NOT NULL,
  until_at DATETIME,
  due_at DATETIME,
  found_at DATETIME NOT NULL,
  judged_at DATETIME,
  told_at DATETIME,
  done_by TEXT NOT NULL,
  proof TEXT NOT NULL,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX IF NOT EXISTS router_outages_from ON router_outages (router_id, from_at);
CREATE INDEX IF NOT EXISTS router_outages_due ON router_outages (due_at);
CREATE INDEX IF NOT EXISTS router_outages_when ON router_outages (from_at);
CREATE INDEX IF NOT EXISTS router_outages_told ON router_outages (told_at);
CREATE INDEX IF NOT EXISTS router_outages_site ON router_outages (site_id, id);
