-- +goose Up
CREATE TABLE IF NOT EXISTS subscription_ends_told (
  subscription_id BIGINT NOT NULL,
  renewal_id BIGINT NOT NULL,
  at DATETIME NOT NULL,
  PRIMARY KEY (subscription_id, renewal_id)
);
