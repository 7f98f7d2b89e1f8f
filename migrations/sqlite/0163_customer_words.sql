-- +goose Up
CREATE TABLE IF NOT EXISTS customer_words (
  customer_id BIGINT NOT NULL,
  word TEXT NOT NULL,
  sound TEXT NOT NULL,
  PRIMARY KEY (customer_id, word)
);
CREATE INDEX IF NOT EXISTS customer_words_word ON customer_words (word, customer_id);
CREATE INDEX IF NOT EXISTS customer_words_sound ON customer_words (sound, customer_id);
