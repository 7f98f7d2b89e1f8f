-- +goose Up
CREATE TABLE IF NOT EXISTS message_carriers (
  channel TEXT NOT NULL PRIMARY KEY,
  configuration BLOB NOT NULL,
  balance_e4 BIGINT NOT NULL,
  balance_currency TEXT NOT NULL,
  balance_at DATETIME,
  updated_at DATETIME NOT NULL
);
