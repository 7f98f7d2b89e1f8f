-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS mails (
  id BIGINT NOT NULL,
  box VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  validity BIGINT NOT NULL,
  uid BIGINT NOT NULL,
  digest VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  message_hash VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  sender_hash VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  outcome VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  reason VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  ticket_id BIGINT NOT NULL,
  acknowledged INTEGER NOT NULL,
  put_away INTEGER NOT NULL,
  details VARBINARY(4096) NOT NULL,
  at DATETIME(3) NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY mails_uid (box, validity, uid),
  UNIQUE KEY mails_digest (digest),
  KEY mails_message (message_hash, id),
  KEY mails_sender (sender_hash, at),
  KEY mails_waiting (put_away, box, validity),
  KEY mails_aside (outcome, id),
  KEY mails_at (at)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
