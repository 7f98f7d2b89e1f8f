-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS outage_credits (
  id BIGINT NOT NULL,
  site_id BIGINT NOT NULL,
  days INT NOT NULL,
  done_by VARCHAR(320) NOT NULL,
  note VARCHAR(320) NOT NULL,
  at DATETIME(3) NOT NULL,
  undone_at DATETIME(3) NULL,
  request VARCHAR(80) CHARACTER SET ascii COLLATE ascii_bin NULL,
  PRIMARY KEY (id),
  UNIQUE KEY outage_credits_request (request),
  KEY outage_credits_site (site_id, id)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
