-- +goose Up
CREATE TABLE IF NOT EXISTS family_agreements (
  part_id BIGINT NOT NULL,
  payer_id BIGINT NOT NULL,
  most_cents BIGINT NOT NULL,
  done_by TEXT NOT NULL,
  at DATETIME NOT NULL,
  PRIMARY KEY (part_id)
);
CREATE INDEX IF NOT EXISTS family_agreements_payer ON family_agreements (payer_id, part_id);
