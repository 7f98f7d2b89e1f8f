-- +goose NO TRANSACTION
-- +goose Up
ALTER TABLE sessions_open
  ADD INDEX IF NOT EXISTS sessions_open_site (site_id, id),
  ADD INDEX IF NOT EXISTS sessions_open_ending (ending_id);
