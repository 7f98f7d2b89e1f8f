-- +goose Up
CREATE TABLE IF NOT EXISTS equipment (
  id BIGINT NOT NULL,
  serial TEXT NOT NULL,
  mac TEXT,
  kind TEXT NOT NULL,
  model TEXT NOT NULL,
  site_id BIGINT NOT NULL,
  place TEXT NOT NULL,
  holder TEXT NOT NULL,
  customer_id BIGINT NOT NULL,
  line_id BIGINT NOT NULL,
  visit_id BIGINT NOT NULL,
  sold INTEGER NOT NULL,
  made_by TEXT NOT NULL,
  made_at DATETIME NOT NULL,
  changed_by TEXT NOT NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX IF NOT EXISTS equipment_serial ON equipment (serial);
CREATE UNIQUE INDEX IF NOT EXISTS equipment_mac ON equipment (mac);
CREATE INDEX IF NOT EXISTS equipment_place ON equipment (place, id);
CREATE INDEX IF NOT EXISTS equipment_site ON equipment (site_id, id);
CREATE INDEX IF NOT EXISTS equipment_holder ON equipment (holder, id);
CREATE INDEX IF NOT EXISTS equipment_customer ON equipment (customer_id, id);
