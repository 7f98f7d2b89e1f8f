-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS approvals (
  id BIGINT NOT NULL,
  kind VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  object VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  object_id BIGINT NOT NULL,
  open_key VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin,
  request VARCHAR(128) CHARACTER SET ascii COLLATE ascii_bin,
  sites TEXT NOT NULL,
  was TEXT NOT NULL,
  wanted TEXT NOT NULL,
  reason VARCHAR(800) NOT NULL,
  state VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  asked_by BIGINT NOT NULL,
  asker VARCHAR(200) NOT NULL,
  decided_by BIGINT NOT NULL,
  decider VARCHAR(200) NOT NULL,
  alone BOOLEAN NOT NULL,
  verdict VARCHAR(800) NOT NULL,
  asked_at DATETIME(3) NOT NULL,
  lapses_at DATETIME(3) NOT NULL,
  decided_at DATETIME(3),
  PRIMARY KEY (id),
  UNIQUE KEY approvals_open (open_key),
  UNIQUE KEY approvals_request (request),
  KEY approvals_state (state, id),
  KEY approvals_object (object, object_id, id)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
