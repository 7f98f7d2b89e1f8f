-- +goose Up
CREATE TABLE IF NOT EXISTS messages (
  id BIGINT NOT NULL PRIMARY KEY,
  customer_id BIGINT NOT NULL,
  message_key TEXT NOT NULL,
  input_hash TEXT NOT NULL,
  purpose TEXT NOT NULL,
  channel TEXT NOT NULL,
  address_hash TEXT NOT NULL,
  address BLOB NOT NULL,
  content BLOB NOT NULL,
  state TEXT NOT NULL,
  reason TEXT NOT NULL,
  round INT NOT NULL,
  attempts INT NOT NULL,
  claim TEXT NOT NULL,
  provider_id TEXT NOT NULL,
  parts INT NOT NULL,
  cost_e4 BIGINT NOT NULL,
  cost_currency TEXT NOT NULL,
  run_at DATETIME NOT NULL,
  until DATETIME NOT NULL,
  sent_at DATETIME,
  created_at DATETIME NOT NULL,
  updated_at DATETIME NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS messages_key ON messages (message_key);
CREATE INDEX IF NOT EXISTS messages_state ON messages (state, created_at, id);
CREATE INDEX IF NOT EXISTS messages_created ON messages (created_at, id);
CREATE INDEX IF NOT EXISTS messages_due ON messages (state, run_at);
CREATE INDEX IF NOT EXISTS messages_provider ON messages (provider_id);
CREATE INDEX IF NOT EXISTS messages_address ON messages (address_hash, created_at);
CREATE INDEX IF NOT EXISTS messages_customer ON messages (customer_id, id);
