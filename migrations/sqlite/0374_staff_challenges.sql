-- +goose Up
CREATE TABLE IF NOT EXISTS staff_challenges (
  id BIGINT NOT NULL,
  challenge BLOB NOT NULL,
  until DATETIME NOT NULL,
  PRIMARY KEY (id)
);
CREATE INDEX IF NOT EXISTS staff_challenges_until ON staff_challenges (until, id);
