-- +goose NO TRANSACTION
-- +goose Up
CREATE INDEX IF NOT EXISTS mails_counted ON mails (outcome, at);
