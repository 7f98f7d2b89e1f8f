-- +goose Up
CREATE TABLE IF NOT EXISTS staff_links (
  id BIGINT NOT NULL,
  member_id BIGINT NOT NULL,
  purpose TEXT NOT NULL,
  secret_hash TEXT NOT NULL,
  used_by BIGINT NOT NULL,
  until DATETIME NOT NULL,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX IF NOT EXISTS staff_links_secret ON staff_links (secret_hash);
CREATE INDEX IF NOT EXISTS staff_links_member ON staff_links (member_id, id);
CREATE INDEX IF NOT EXISTS staff_links_until ON staff_links (until, id);
