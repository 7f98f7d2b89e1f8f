-- +goose Up
CREATE TABLE IF NOT EXISTS outage_pieces (
  outage_id BIGINT NOT NULL,
  kind TEXT NOT NULL,
  router_id BIGINT NOT NULL,
  from_at DATETIME NOT NULL,
  until_at DATETIME NOT NULL,
  after_id BIGINT NOT NULL,
  given_to BIGINT NOT NULL,
  all_lines BIGINT NOT NULL,
  PRIMARY KEY (outage_id, kind)
);
