-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS invoice_lines (
  invoice_id BIGINT NOT NULL,
  n BIGINT NOT NULL,
  item VARCHAR(400) NOT NULL,
  name VARCHAR(800) NOT NULL,
  why VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  args TEXT NOT NULL,
  supply VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  period_day VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  from_day VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  until_day VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  quantity BIGINT NOT NULL,
  amount_cents BIGINT NOT NULL,
  inclusive BIGINT NOT NULL,
  correction BIGINT NOT NULL,
  charge VARCHAR(480) NOT NULL,
  net_cents BIGINT NOT NULL,
  excise_cents BIGINT NOT NULL,
  vat_cents BIGINT NOT NULL,
  gross_cents BIGINT NOT NULL,
  excise_share BIGINT NOT NULL,
  vat_share BIGINT NOT NULL,
  part_id BIGINT NOT NULL,
  PRIMARY KEY (invoice_id, n)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
