-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS customer_sounds (
  site_id BIGINT NOT NULL,
  sound VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  customer_id BIGINT NOT NULL,
  PRIMARY KEY (site_id, sound, customer_id),
  KEY customer_sounds_customer (customer_id)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
INSERT IGNORE INTO customer_sounds (site_id, sound, customer_id) SELECT c.site_id, w.sound, w.customer_id FROM customer_words w JOIN customers c ON c.id = w.customer_id;
