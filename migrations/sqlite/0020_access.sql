-- +goose Up
CREATE TABLE IF NOT EXISTS grants (
  id BIGINT NOT NULL PRIMARY KEY,
  site_id BIGINT NOT NULL,
  plan TEXT NOT NULL,
  segment TEXT NOT NULL,
  owner TEXT NOT NULL,
  state TEXT NOT NULL,
  limits TEXT NOT NULL,
  router_id BIGINT NOT NULL,
  mac TEXT NOT NULL,
  ip TEXT NOT NULL,
  first_used_at DATETIME NULL,
  until DATETIME NULL,
  standing BIGINT NOT NULL,
  lapsed TEXT NOT NULL,
  barred TEXT NOT NULL,
  slowed_kbps BIGINT NOT NULL,
  unused_seconds BIGINT NOT NULL,
  unused_until DATETIME NULL,
  used_seconds BIGINT NOT NULL,
  used_bytes BIGINT NOT NULL,
  free_bytes BIGINT NOT NULL,
  fair_at DATETIME NULL,
  fair_bytes BIGINT NOT NULL,
  fair_more BIGINT NOT NULL,
  after_grant_id BIGINT NOT NULL,
  end_cause TEXT NOT NULL,
  version BIGINT NOT NULL,
  changed_s BIGINT NOT NULL,
  created_at DATETIME NOT NULL,
  ended_at DATETIME NULL
);
CREATE INDEX IF NOT EXISTS grants_until ON grants (state, standing, until);
CREATE INDEX IF NOT EXISTS grants_unused ON grants (state, unused_until);
CREATE INDEX IF NOT EXISTS grants_after ON grants (after_grant_id);
CREATE INDEX IF NOT EXISTS grants_changed ON grants (changed_s, id, version);
CREATE INDEX IF NOT EXISTS grants_live ON grants (state, id);

CREATE TABLE IF NOT EXISTS grant_slots (
  grant_id BIGINT NOT NULL,
  n BIGINT NOT NULL,
  mac TEXT NULL,
  live BIGINT NOT NULL,
  bound_at DATETIME NULL,
  PRIMARY KEY (grant_id, n)
);
CREATE UNIQUE INDEX IF NOT EXISTS grant_slots_device ON grant_slots (grant_id, mac);
CREATE INDEX IF NOT EXISTS grant_slots_mac ON grant_slots (mac, live, grant_id);

CREATE TABLE IF NOT EXISTS grant_sources (
  kind TEXT NOT NULL,
  source_key TEXT NOT NULL,
  grant_id BIGINT NOT NULL,
  how TEXT NOT NULL,
  input_hash TEXT NOT NULL,
  added_seconds BIGINT NOT NULL,
  added_bytes BIGINT NOT NULL,
  added_valid_seconds BIGINT NOT NULL,
  created_at DATETIME NOT NULL,
  PRIMARY KEY (kind, source_key)
);
CREATE INDEX IF NOT EXISTS grant_sources_grant ON grant_sources (grant_id);

CREATE TABLE IF NOT EXISTS grant_devices (
  mac TEXT NOT NULL,
  site_id BIGINT NOT NULL,
  turns BIGINT NOT NULL,
  PRIMARY KEY (mac, site_id)
);

CREATE TABLE IF NOT EXISTS logins (
  id BIGINT NOT NULL PRIMARY KEY,
  grant_id BIGINT NOT NULL,
  kind TEXT NOT NULL,
  name_hash TEXT NOT NULL,
  name BLOB NOT NULL,
  secret BLOB NOT NULL,
  created_at DATETIME NOT NULL,
  expires_at DATETIME NULL,
  used_at DATETIME NULL,
  used_by TEXT NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS logins_name ON logins (name_hash);
CREATE INDEX IF NOT EXISTS logins_grant ON logins (grant_id, kind);
CREATE INDEX IF NOT EXISTS logins_expiry ON logins (expires_at);
