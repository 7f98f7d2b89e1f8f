-- +goose Up
CREATE TABLE IF NOT EXISTS report_schedules (
  id BIGINT NOT NULL,
  report TEXT NOT NULL,
  member_id BIGINT NOT NULL,
  sites TEXT NOT NULL,
  every TEXT NOT NULL,
  at_day BIGINT NOT NULL,
  at_hour BIGINT NOT NULL,
  span TEXT NOT NULL,
  format TEXT NOT NULL,
  state TEXT NOT NULL,
  why TEXT NOT NULL,
  next_at DATETIME NOT NULL,
  changed_at DATETIME NOT NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (id)
);
CREATE INDEX IF NOT EXISTS report_schedules_due ON report_schedules (state, next_at);
CREATE TABLE IF NOT EXISTS report_recipients (
  id BIGINT NOT NULL,
  schedule_id BIGINT NOT NULL,
  member_id BIGINT NOT NULL,
  address BLOB NOT NULL,
  address_hash TEXT NOT NULL,
  state TEXT NOT NULL,
  said_by TEXT NOT NULL,
  changed_at DATETIME NOT NULL,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX IF NOT EXISTS report_recipients_one ON report_recipients (schedule_id, address_hash);
CREATE TABLE IF NOT EXISTS report_sendings (
  id BIGINT NOT NULL,
  schedule_id BIGINT NOT NULL,
  recipient_id BIGINT NOT NULL,
  due_at DATETIME NOT NULL,
  first_day TEXT NOT NULL,
  last_day TEXT NOT NULL,
  span TEXT NOT NULL,
  format TEXT NOT NULL,
  message_id BIGINT NOT NULL,
  why TEXT NOT NULL,
  link TEXT NOT NULL,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX IF NOT EXISTS report_sendings_once ON report_sendings (schedule_id, due_at, recipient_id);
CREATE INDEX IF NOT EXISTS report_sendings_link ON report_sendings (link);
CREATE INDEX IF NOT EXISTS report_sendings_due ON report_sendings (due_at);
