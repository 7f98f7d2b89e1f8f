-- +goose Up
CREATE TABLE IF NOT EXISTS line_moves (
  subscription_id BIGINT NOT NULL,
  n BIGINT NOT NULL,
  day TEXT NOT NULL,
  kind TEXT NOT NULL,
  from_plan TEXT NOT NULL,
  from_site BIGINT NOT NULL,
  to_plan TEXT NOT NULL,
  to_site BIGINT NOT NULL,
  PRIMARY KEY (subscription_id, n)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS line_moves_day ON line_moves (day, kind, to_plan, to_site, from_plan, from_site);
