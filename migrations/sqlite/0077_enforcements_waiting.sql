-- +goose Up
CREATE INDEX IF NOT EXISTS enforcements_waiting ON enforcements (state, id);
