-- +goose NO TRANSACTION
-- +goose Up
CREATE INDEX IF NOT EXISTS invoices_owed ON invoices (customer_id, state, due_day, id);
