-- +goose Up
CREATE TABLE IF NOT EXISTS customer_contacts (
  id BIGINT NOT NULL,
  customer_id BIGINT NOT NULL,
  kind TEXT NOT NULL,
  value BLOB NOT NULL,
  value_hash TEXT NOT NULL,
  person TEXT NOT NULL,
  for_bills BIGINT NOT NULL,
  for_alerts BIGINT NOT NULL,
  made_at DATETIME NOT NULL,
  PRIMARY KEY (id)
);
CREATE INDEX IF NOT EXISTS customer_contacts_customer ON customer_contacts (customer_id, id);
CREATE INDEX IF NOT EXISTS customer_contacts_value ON customer_contacts (value_hash);
