-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS refusals (
  id BIGINT NOT NULL PRIMARY KEY,
  router_id BIGINT NOT NULL,
  site_id BIGINT NOT NULL,
  grant_id BIGINT NOT NULL,
  about VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  day VARCHAR(10) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  cause VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  mac VARCHAR(12) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  name_hash VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  name VARCHAR(253) NOT NULL,
  times BIGINT NOT NULL,
  first_at DATETIME(3) NOT NULL,
  last_at DATETIME(3) NOT NULL,
  UNIQUE KEY refusals_kind (router_id, day, cause, mac, name_hash),
  KEY refusals_router (router_id, id),
  KEY refusals_today (router_id, day, last_at),
  KEY refusals_about (about, id),
  KEY refusals_site (site_id, id),
  KEY refusals_grant (grant_id, id),
  KEY refusals_mac (mac, id),
  KEY refusals_name (name_hash, id)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
