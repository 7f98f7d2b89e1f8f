-- +goose Up
CREATE TABLE IF NOT EXISTS mails (
  id BIGINT NOT NULL,
  box TEXT NOT NULL,
  validity BIGINT NOT NULL,
  uid BIGINT NOT NULL,
  digest TEXT NOT NULL,
  message_hash TEXT NOT NULL,
  sender_hash TEXT NOT NULL,
  outcome TEXT NOT NULL,
  reason TEXT NOT NULL,
  ticket_id BIGINT NOT NULL,
  acknowledged INTEGER NOT NULL,
  put_away INTEGER NOT NULL,
  details BLOB NOT NULL,
  at DATETIME NOT NULL,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX IF NOT EXISTS mails_uid ON mails (box, validity, uid);
CREATE UNIQUE INDEX IF NOT EXISTS mails_digest ON mails (digest);
CREATE INDEX IF NOT EXISTS mails_message ON mails (message_hash, id);
CREATE INDEX IF NOT EXISTS mails_sender ON mails (sender_hash, at);
CREATE INDEX IF NOT EXISTS mails_waiting ON mails (put_away, box, validity);
CREATE INDEX IF NOT EXISTS mails_aside ON mails (outcome, id);
CREATE INDEX IF NOT EXISTS mails_at ON mails (at);
