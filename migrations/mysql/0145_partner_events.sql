-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS partner_events (
  id BIGINT NOT NULL,
  partner_id BIGINT NOT NULL,
  seq BIGINT NOT NULL,
  kind VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  request VARCHAR(96) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  day VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  sold_cents BIGINT NOT NULL,
  back_cents BIGINT NOT NULL,
  share BIGINT NOT NULL,
  delta_cents BIGINT NOT NULL,
  balance_cents BIGINT NOT NULL,
  how VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  note VARCHAR(320) NOT NULL,
  done_by VARCHAR(320) NOT NULL,
  at DATETIME(3) NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY partner_events_seq (partner_id, seq),
  UNIQUE KEY partner_events_request (partner_id, request)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
