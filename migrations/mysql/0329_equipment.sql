-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS equipment (
  id BIGINT NOT NULL,
  serial VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  mac VARCHAR(12) CHARACTER SET ascii COLLATE ascii_bin NULL,
  kind VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  model VARCHAR(80) NOT NULL,
  site_id BIGINT NOT NULL,
  place VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  holder VARCHAR(320) NOT NULL,
  customer_id BIGINT NOT NULL,
  line_id BIGINT NOT NULL,
  visit_id BIGINT NOT NULL,
  sold INTEGER NOT NULL,
  made_by VARCHAR(320) NOT NULL,
  made_at DATETIME(3) NOT NULL,
  changed_by VARCHAR(320) NOT NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY equipment_serial (serial),
  UNIQUE KEY equipment_mac (mac),
  KEY equipment_place (place, id),
  KEY equipment_site (site_id, id),
  KEY equipment_holder (holder, id),
  KEY equipment_customer (customer_id, id)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
