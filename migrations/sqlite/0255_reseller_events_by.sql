-- +goose Up
CREATE INDEX IF NOT EXISTS reseller_events_by ON reseller_events (done_by, day, id);
