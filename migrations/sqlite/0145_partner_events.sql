-- +goose Up
CREATE TABLE IF NOT EXISTS partner_events (
  id BIGINT NOT NULL,
  partner_id BIGINT NOT NULL,
  seq BIGINT NOT NULL,
  kind TEXT NOT NULL,
  request TEXT NOT NULL,
  day TEXT NOT NULL,
  sold_cents BIGINT NOT NULL,
  back_cents BIGINT NOT NULL,
  share BIGINT NOT NULL,
  delta_cents BIGINT NOT NULL,
  balance_cents BIGINT NOT NULL,
  how TEXT NOT NULL,
  note TEXT NOT NULL,
  done_by TEXT NOT NULL,
  at DATETIME NOT NULL,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX IF NOT EXISTS partner_events_seq ON partner_events (partner_id, seq);
CREATE UNIQUE INDEX IF NOT EXISTS partner_events_request ON partner_events (partner_id, request);
