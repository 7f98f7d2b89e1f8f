-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS router_outages (
  id BIGINT NOT NULL,
  router_id BIGINT NOT NULL,
  site_id BIGINT NOT NULL,
  state VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  from_at DATETIME(3) NOT NULL,
  until_at DATETIME(3) NULL,
  due_at DATETIME(3) NULL,
  found_at DATETIME(3) NOT NULL,
  judged_at DATETIME(3) NULL,
  told_at DATETIME(3) NULL,
  done_by VARCHAR(320) NOT NULL,
  proof MEDIUMTEXT NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY router_outages_from (router_id, from_at),
  KEY router_outages_due (due_at),
  KEY router_outages_when (from_at),
  KEY router_outages_told (told_at),
  KEY router_outages_site (site_id, id)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
