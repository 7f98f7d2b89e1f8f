-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS customer_words (
  customer_id BIGINT NOT NULL,
  word VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  sound VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  PRIMARY KEY (customer_id, word),
  KEY customer_words_word (word, customer_id),
  KEY customer_words_sound (sound, customer_id)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
