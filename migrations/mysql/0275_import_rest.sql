-- +goose NO TRANSACTION
-- +goose Up
UPDATE import_rows SET rest = '';
