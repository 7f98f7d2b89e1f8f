-- +goose Up
CREATE TABLE IF NOT EXISTS tickets (
  id BIGINT NOT NULL,
  reference TEXT NOT NULL,
  request TEXT NOT NULL,
  site_id BIGINT NOT NULL,
  customer_id BIGINT NOT NULL,
  contact_kind TEXT NOT NULL,
  contact BLOB NOT NULL,
  contact_hash TEXT NOT NULL,
  subject TEXT NOT NULL,
  category TEXT NOT NULL,
  priority TEXT NOT NULL,
  queue TEXT NOT NULL,
  owner TEXT NOT NULL,
  state TEXT NOT NULL,
  live INTEGER NOT NULL,
  how TEXT NOT NULL,
  opened_by TEXT NOT NULL,
  opened_at DATETIME NOT NULL,
  changed_at DATETIME NOT NULL,
  due_at DATETIME NOT NULL,
  stopped_at DATETIME,
  reopened INTEGER NOT NULL,
  complaint INTEGER NOT NULL,
  complaint_due DATETIME,
  link_kind TEXT NOT NULL,
  link_id BIGINT NOT NULL,
  done_at DATETIME,
  erased_at DATETIME,
  version BIGINT NOT NULL,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX IF NOT EXISTS tickets_reference ON tickets (reference);
CREATE UNIQUE INDEX IF NOT EXISTS tickets_request ON tickets (request);
CREATE INDEX IF NOT EXISTS tickets_due ON tickets (live, due_at, id);
CREATE INDEX IF NOT EXISTS tickets_owner ON tickets (owner, live, due_at, id);
CREATE INDEX IF NOT EXISTS tickets_site ON tickets (site_id, live, due_at, id);
CREATE INDEX IF NOT EXISTS tickets_queue ON tickets (queue, live, due_at, id);
CREATE INDEX IF NOT EXISTS tickets_complaint ON tickets (complaint, live, due_at, id);
CREATE INDEX IF NOT EXISTS tickets_complaint_due ON tickets (complaint, live, complaint_due, id);
CREATE INDEX IF NOT EXISTS tickets_customer ON tickets (customer_id, id);
CREATE INDEX IF NOT EXISTS tickets_contact ON tickets (contact_hash, id);
CREATE INDEX IF NOT EXISTS tickets_solved ON tickets (live, state, done_at, id);
CREATE INDEX IF NOT EXISTS tickets_kept ON tickets (live, erased_at, done_at, id);
CREATE INDEX IF NOT EXISTS tickets_state ON tickets (state, id);
CREATE INDEX IF NOT EXISTS tickets_place ON tickets (site_id, id);
