-- +goose Up
CREATE TABLE IF NOT EXISTS voucher_styles (
  code_digits BIGINT NOT NULL,
  code_random BIGINT NOT NULL,
  batches BIGINT NOT NULL,
  PRIMARY KEY (code_digits, code_random)
);
