-- +goose Up
CREATE TABLE IF NOT EXISTS ledger_entries (
  id BIGINT NOT NULL,
  kind TEXT NOT NULL,
  source TEXT NOT NULL,
  memo TEXT NOT NULL,
  at DATETIME NOT NULL,
  day TEXT NOT NULL,
  currency TEXT NOT NULL,
  content TEXT NOT NULL,
  proof TEXT NOT NULL,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX IF NOT EXISTS ledger_entries_source ON ledger_entries (kind, source);
CREATE INDEX IF NOT EXISTS ledger_entries_day ON ledger_entries (day, id);

CREATE TABLE IF NOT EXISTS ledger_postings (
  entry_id BIGINT NOT NULL,
  n INT NOT NULL,
  account TEXT NOT NULL,
  party TEXT NOT NULL,
  cents BIGINT NOT NULL,
  day TEXT NOT NULL,
  PRIMARY KEY (entry_id, n)
);
CREATE INDEX IF NOT EXISTS ledger_postings_account ON ledger_postings (account, party, entry_id);
CREATE INDEX IF NOT EXISTS ledger_postings_day ON ledger_postings (account, day, entry_id, n, cents);

CREATE TABLE IF NOT EXISTS ledger_links (
  seq BIGINT NOT NULL,
  entry_id BIGINT NOT NULL,
  previous TEXT NOT NULL,
  hash TEXT NOT NULL,
  PRIMARY KEY (seq)
);
CREATE UNIQUE INDEX IF NOT EXISTS ledger_links_entry ON ledger_links (entry_id);
