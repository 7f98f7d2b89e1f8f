-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS report_schedules (
  id BIGINT NOT NULL,
  report VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  member_id BIGINT NOT NULL,
  sites TEXT NOT NULL,
  every VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  at_day BIGINT NOT NULL,
  at_hour BIGINT NOT NULL,
  span VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  format VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  state VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  why VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  next_at DATETIME(3) NOT NULL,
  changed_at DATETIME(3) NOT NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (id),
  KEY report_schedules_due (state, next_at)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE TABLE IF NOT EXISTS report_recipients (
  id BIGINT NOT NULL,
  schedule_id BIGINT NOT NULL,
  member_id BIGINT NOT NULL,
  address BLOB NOT NULL,
  address_hash VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  state VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  said_by VARCHAR(320) NOT NULL,
  changed_at DATETIME(3) NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY report_recipients_one (schedule_id, address_hash)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE TABLE IF NOT EXISTS report_sendings (
  id BIGINT NOT NULL,
  schedule_id BIGINT NOT NULL,
  recipient_id BIGINT NOT NULL,
  due_at DATETIME(3) NOT NULL,
  first_day VARCHAR(10) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  last_day VARCHAR(10) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  span VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  format VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  message_id BIGINT NOT NULL,
  why VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  link VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY report_sendings_once (schedule_id, due_at, recipient_id),
  KEY report_sendings_link (link),
  KEY report_sendings_due (due_at)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
