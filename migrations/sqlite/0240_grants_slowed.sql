-- +goose Up
ALTER TABLE grants ADD COLUMN slowed_kbps BIGINT NOT NULL DEFAULT 0;
