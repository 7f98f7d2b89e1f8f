-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS owing (
  customer_id BIGINT NOT NULL,
  late_cents BIGINT,
  turns_day VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin,
  PRIMARY KEY (customer_id),
  KEY owing_late (late_cents, customer_id),
  KEY owing_turns (turns_day)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
-- As if nothing were late yet: what is, the turn of the day finds.
INSERT IGNORE INTO owing (customer_id, late_cents, turns_day) SELECT customer_id, 0, MIN(due_day) FROM invoices WHERE state = 'issued' GROUP BY customer_id;
