-- +goose Up
CREATE TABLE IF NOT EXISTS leads (
  id BIGINT NOT NULL,
  request TEXT NOT NULL,
  site_id BIGINT NOT NULL,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  name_key TEXT NOT NULL,
  lang TEXT NOT NULL,
  phone BLOB NOT NULL,
  phone_hash TEXT NOT NULL,
  line TEXT NOT NULL,
  area TEXT NOT NULL,
  landmark TEXT NOT NULL,
  lat_micro BIGINT NOT NULL,
  lng_micro BIGINT NOT NULL,
  plan_key TEXT NOT NULL,
  source TEXT NOT NULL,
  note TEXT NOT NULL,
  owner TEXT NOT NULL,
  next_step TEXT NOT NULL,
  day TEXT NOT NULL,
  stage TEXT NOT NULL,
  live INTEGER NOT NULL,
  lost_why TEXT NOT NULL,
  customer_id BIGINT NOT NULL,
  made_by TEXT NOT NULL,
  made_at DATETIME NOT NULL,
  changed_by TEXT NOT NULL,
  done_at DATETIME,
  erased_at DATETIME,
  version BIGINT NOT NULL,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX IF NOT EXISTS leads_request ON leads (request);
CREATE INDEX IF NOT EXISTS leads_day ON leads (live, day, id);
CREATE INDEX IF NOT EXISTS leads_stage ON leads (stage, live, day, id);
CREATE INDEX IF NOT EXISTS leads_owner ON leads (owner, live, day, id);
CREATE INDEX IF NOT EXISTS leads_site ON leads (site_id, live, day, id);
CREATE INDEX IF NOT EXISTS leads_name ON leads (name_key, id);
CREATE INDEX IF NOT EXISTS leads_phone ON leads (phone_hash, id);
CREATE INDEX IF NOT EXISTS leads_customer ON leads (customer_id, id);
CREATE INDEX IF NOT EXISTS leads_kept ON leads (live, erased_at, done_at, id);
