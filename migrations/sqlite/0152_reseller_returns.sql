-- +goose Up
CREATE TABLE IF NOT EXISTS reseller_returns (
  id BIGINT NOT NULL,
  reseller_id BIGINT NOT NULL,
  request TEXT NOT NULL,
  batch_id BIGINT NOT NULL,
  first_serial BIGINT NOT NULL,
  last_serial BIGINT NOT NULL,
  vouchers BIGINT NOT NULL,
  taken BIGINT NOT NULL,
  state TEXT NOT NULL,
  note TEXT NOT NULL,
  decided_by TEXT NOT NULL,
  created_at DATETIME NOT NULL,
  decided_at DATETIME,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX IF NOT EXISTS reseller_returns_request ON reseller_returns (reseller_id, request);
CREATE INDEX IF NOT EXISTS reseller_returns_state ON reseller_returns (state, id);
