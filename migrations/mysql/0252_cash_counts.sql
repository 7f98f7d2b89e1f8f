-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS cash_counts (
  id BIGINT NOT NULL,
  cashier VARCHAR(320) NOT NULL,
  day VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  n BIGINT NOT NULL,
  float_cents BIGINT NOT NULL,
  in_cents BIGINT NOT NULL,
  out_cents BIGINT NOT NULL,
  counted_cents BIGINT NOT NULL,
  note VARCHAR(800) NOT NULL,
  done_by VARCHAR(320) NOT NULL,
  at DATETIME(3) NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY cash_counts_day (cashier, day, n),
  KEY cash_counts_listed (day, id)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
