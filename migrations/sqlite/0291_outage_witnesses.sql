-- +goose Up
CREATE TABLE IF NOT EXISTS outage_witnesses (
  outage_id BIGINT NOT NULL,
  session_id BIGINT NOT NULL,
  was_at DATETIME NOT NULL,
  was_octets BIGINT NOT NULL,
  pace BIGINT NOT NULL,
  then_at DATETIME,
  then_octets BIGINT NOT NULL,
  PRIMARY KEY (outage_id, session_id)
);
