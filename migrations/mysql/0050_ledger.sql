-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS ledger_entries (
  id BIGINT NOT NULL,
  kind VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  source VARCHAR(100) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  memo VARCHAR(255) NOT NULL,
  at DATETIME(3) NOT NULL,
  day VARCHAR(10) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  currency VARCHAR(3) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  content VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  proof VARCHAR(128) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY ledger_entries_source (kind, source),
  KEY ledger_entries_day (day, id)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS ledger_postings (
  entry_id BIGINT NOT NULL,
  n INT NOT NULL,
  account VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  party VARCHAR(100) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  cents BIGINT NOT NULL,
  day VARCHAR(10) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  PRIMARY KEY (entry_id, n),
  KEY ledger_postings_account (account, party, entry_id),
  KEY ledger_postings_day (account, day, entry_id, n, cents)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS ledger_links (
  seq BIGINT NOT NULL,
  entry_id BIGINT NOT NULL,
  previous VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  hash VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  PRIMARY KEY (seq),
  UNIQUE KEY ledger_links_entry (entry_id)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
