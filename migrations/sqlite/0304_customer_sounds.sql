-- +goose Up
CREATE TABLE IF NOT EXISTS customer_sounds (
  site_id BIGINT NOT NULL,
  sound TEXT NOT NULL,
  customer_id BIGINT NOT NULL,
  PRIMARY KEY (site_id, sound, customer_id)
);
CREATE INDEX IF NOT EXISTS customer_sounds_customer ON customer_sounds (customer_id);
INSERT OR IGNORE INTO customer_sounds (site_id, sound, customer_id) SELECT c.site_id, w.sound, w.customer_id FROM customer_words w JOIN customers c ON c.id = w.customer_id;
