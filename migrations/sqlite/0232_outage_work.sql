-- +goose Up
CREATE TABLE IF NOT EXISTS outage_work (
  outage_id BIGINT NOT NULL,
  kind TEXT NOT NULL,
  PRIMARY KEY (outage_id, kind)
) WITHOUT ROWID;
