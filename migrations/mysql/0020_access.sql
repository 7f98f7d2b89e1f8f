-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS grants (
  id BIGINT NOT NULL PRIMARY KEY,
  site_id BIGINT NOT NULL,
  plan VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  segment VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  owner VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  state VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  limits TEXT NOT NULL,
  router_id BIGINT NOT NULL,
  mac VARCHAR(12) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  ip VARCHAR(45) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  first_used_at DATETIME(3) NULL,
  until DATETIME(3) NULL,
  standing BIGINT NOT NULL,
  lapsed VARCHAR(8) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  barred VARCHAR(8) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  slowed_kbps BIGINT NOT NULL,
  unused_seconds BIGINT NOT NULL,
  unused_until DATETIME(3) NULL,
  used_seconds BIGINT NOT NULL,
  used_bytes BIGINT NOT NULL,
  free_bytes BIGINT NOT NULL,
  fair_at DATETIME(3) NULL,
  fair_bytes BIGINT NOT NULL,
  fair_more BIGINT NOT NULL,
  after_grant_id BIGINT NOT NULL,
  end_cause VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  version BIGINT NOT NULL,
  changed_s BIGINT NOT NULL,
  created_at DATETIME(3) NOT NULL,
  ended_at DATETIME(3) NULL,
  KEY grants_until (state, standing, until),
  KEY grants_unused (state, unused_until),
  KEY grants_after (after_grant_id),
  KEY grants_changed (changed_s, id, version),
  KEY grants_live (state, id)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS grant_slots (
  grant_id BIGINT NOT NULL,
  n BIGINT NOT NULL,
  mac VARCHAR(12) CHARACTER SET ascii COLLATE ascii_bin NULL,
  live BIGINT NOT NULL,
  bound_at DATETIME(3) NULL,
  PRIMARY KEY (grant_id, n),
  UNIQUE KEY grant_slots_device (grant_id, mac),
  KEY grant_slots_mac (mac, live, grant_id)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS grant_sources (
  kind VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  source_key VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  grant_id BIGINT NOT NULL,
  how VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  input_hash VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  added_seconds BIGINT NOT NULL,
  added_bytes BIGINT NOT NULL,
  added_valid_seconds BIGINT NOT NULL,
  created_at DATETIME(3) NOT NULL,
  PRIMARY KEY (kind, source_key),
  KEY grant_sources_grant (grant_id)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS grant_devices (
  mac VARCHAR(12) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  site_id BIGINT NOT NULL,
  turns BIGINT NOT NULL,
  PRIMARY KEY (mac, site_id)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS logins (
  id BIGINT NOT NULL PRIMARY KEY,
  grant_id BIGINT NOT NULL,
  kind VARCHAR(8) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  name_hash VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  name BLOB NOT NULL,
  secret BLOB NOT NULL,
  created_at DATETIME(3) NOT NULL,
  expires_at DATETIME(3) NULL,
  used_at DATETIME(3) NULL,
  used_by VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  UNIQUE KEY logins_name (name_hash),
  KEY logins_grant (grant_id, kind),
  KEY logins_expiry (expires_at)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
