-- +goose Up
CREATE INDEX IF NOT EXISTS refunds_paid ON refunds (paid_by, paid_at);
