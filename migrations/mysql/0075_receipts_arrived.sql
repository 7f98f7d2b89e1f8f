-- +goose NO TRANSACTION
-- +goose Up
CREATE INDEX IF NOT EXISTS receipts_arrived ON receipts (till_id, amount_cents, arrived_at);
