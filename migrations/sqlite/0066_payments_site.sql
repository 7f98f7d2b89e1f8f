-- +goose Up
ALTER TABLE payments ADD COLUMN site_id BIGINT NOT NULL DEFAULT 0;
UPDATE payments SET site_id = COALESCE((SELECT o.site_id FROM orders o WHERE o.id = payments.order_id), 0) WHERE site_id = 0;
CREATE INDEX IF NOT EXISTS payments_site ON payments (site_id, state, created_at);
CREATE INDEX IF NOT EXISTS payments_attention ON payments (attention, created_at);
CREATE INDEX IF NOT EXISTS payments_site_attention ON payments (site_id, attention, created_at);
