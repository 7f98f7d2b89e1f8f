-- +goose NO TRANSACTION
-- +goose Up
CREATE INDEX IF NOT EXISTS customer_events_how ON customer_events (how, id);
CREATE INDEX IF NOT EXISTS customer_events_by ON customer_events (done_by, day, id);
CREATE INDEX IF NOT EXISTS customer_events_customer ON customer_events (customer_id, id);
