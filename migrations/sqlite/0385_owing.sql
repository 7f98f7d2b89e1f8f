-- +goose Up
CREATE TABLE IF NOT EXISTS owing (
  customer_id BIGINT NOT NULL,
  late_cents BIGINT,
  turns_day TEXT,
  PRIMARY KEY (customer_id)
);
CREATE INDEX IF NOT EXISTS owing_late ON owing (late_cents, customer_id);
CREATE INDEX IF NOT EXISTS owing_turns ON owing (turns_day);
-- As if nothing were late yet: what is, the turn of the day finds.
INSERT OR IGNORE INTO owing (customer_id, late_cents, turns_day) SELECT customer_id, 0, MIN(due_day) FROM invoices WHERE state = 'issued' GROUP BY customer_id;
