-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS subscription_ends_told (
  subscription_id BIGINT NOT NULL,
  renewal_id BIGINT NOT NULL,
  at DATETIME(3) NOT NULL,
  PRIMARY KEY (subscription_id, renewal_id)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
