-- +goose Up
CREATE INDEX IF NOT EXISTS subscriptions_state ON subscriptions (state, id);
