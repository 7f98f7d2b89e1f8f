-- +goose NO TRANSACTION
-- +goose Up
CREATE INDEX IF NOT EXISTS receipts_came ON receipts (arrived_at, id, placed, amount_cents);
