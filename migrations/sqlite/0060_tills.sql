-- +goose Up
CREATE TABLE IF NOT EXISTS tills (
  id BIGINT NOT NULL,
  till_key TEXT NOT NULL,
  type TEXT NOT NULL,
  short_code TEXT NOT NULL,
  store_number TEXT NOT NULL,
  party_b TEXT NOT NULL,
  consumer_key TEXT NOT NULL,
  consumer_secret BLOB NOT NULL,
  passkey BLOB NOT NULL,
  payout_code TEXT NOT NULL,
  initiator TEXT NOT NULL,
  initiator_password BLOB NOT NULL,
  certificate TEXT NOT NULL,
  base_url TEXT NOT NULL,
  callback_hash TEXT NOT NULL,
  callback_secret BLOB NOT NULL,
  registered_url TEXT NOT NULL,
  state TEXT NOT NULL,
  created_at DATETIME NOT NULL,
  updated_at DATETIME NOT NULL,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX IF NOT EXISTS tills_key ON tills (till_key);
CREATE UNIQUE INDEX IF NOT EXISTS tills_callback ON tills (callback_hash);

CREATE TABLE IF NOT EXISTS till_sites (
  site_id BIGINT NOT NULL,
  till_id BIGINT NOT NULL,
  PRIMARY KEY (site_id)
);
CREATE INDEX IF NOT EXISTS till_sites_till ON till_sites (till_id);

CREATE TABLE IF NOT EXISTS rail_tokens (
  consumer_hash TEXT NOT NULL,
  token BLOB NOT NULL,
  expires_at DATETIME NOT NULL,
  holder TEXT NOT NULL,
  held_until DATETIME NOT NULL,
  PRIMARY KEY (consumer_hash)
);
