-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS reseller_returns (
  id BIGINT NOT NULL,
  reseller_id BIGINT NOT NULL,
  request VARCHAR(96) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  batch_id BIGINT NOT NULL,
  first_serial BIGINT NOT NULL,
  last_serial BIGINT NOT NULL,
  vouchers BIGINT NOT NULL,
  taken BIGINT NOT NULL,
  state VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  note VARCHAR(800) NOT NULL,
  decided_by VARCHAR(255) NOT NULL,
  created_at DATETIME(3) NOT NULL,
  decided_at DATETIME(3),
  PRIMARY KEY (id),
  UNIQUE KEY reseller_returns_request (reseller_id, request),
  KEY reseller_returns_state (state, id)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
