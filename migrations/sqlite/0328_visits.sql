-- +goose Up
CREATE TABLE IF NOT EXISTS visits (
  id BIGINT NOT NULL,
  request TEXT NOT NULL,
  site_id BIGINT NOT NULL,
  customer_id BIGINT NOT NULL,
  lead_id BIGINT NOT NULL,
  line_id BIGINT NOT NULL,
  kind TEXT NOT NULL,
  day TEXT NOT NULL,
  from_time TEXT NOT NULL,
  until_time TEXT NOT NULL,
  technician TEXT NOT NULL,
  state TEXT NOT NULL,
  live INTEGER NOT NULL,
  address TEXT NOT NULL,
  lat_micro BIGINT NOT NULL,
  lng_micro BIGINT NOT NULL,
  checked TEXT NOT NULL,
  note TEXT NOT NULL,
  outcome TEXT NOT NULL,
  made_by TEXT NOT NULL,
  made_at DATETIME NOT NULL,
  changed_by TEXT NOT NULL,
  started_at DATETIME,
  done_at DATETIME,
  erased_at DATETIME,
  version BIGINT NOT NULL,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX IF NOT EXISTS visits_request ON visits (request);
CREATE INDEX IF NOT EXISTS visits_day ON visits (day, from_time, id);
CREATE INDEX IF NOT EXISTS visits_technician ON visits (technician, day, from_time, id);
CREATE INDEX IF NOT EXISTS visits_site ON visits (site_id, day, from_time, id);
CREATE INDEX IF NOT EXISTS visits_customer ON visits (customer_id, id);
CREATE INDEX IF NOT EXISTS visits_lead ON visits (lead_id, id);
CREATE INDEX IF NOT EXISTS visits_kept ON visits (live, erased_at, done_at, id);
