-- +goose NO TRANSACTION
-- +goose Up
CREATE INDEX IF NOT EXISTS sessions_open_site ON sessions_open (site_id, id);
CREATE INDEX IF NOT EXISTS sessions_open_ending ON sessions_open (ending_id);
CREATE INDEX IF NOT EXISTS sessions_open_ip ON sessions_open (ip);
