-- +goose Up
CREATE INDEX IF NOT EXISTS payments_site ON payments (site_id, state, created_at);
CREATE INDEX IF NOT EXISTS payments_attention ON payments (attention, created_at);
CREATE INDEX IF NOT EXISTS payments_site_attention ON payments (site_id, attention, created_at);
CREATE INDEX IF NOT EXISTS payments_till ON payments (till_id, created_at);
