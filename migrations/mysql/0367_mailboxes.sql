-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS mailboxes (
  name VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  configuration VARBINARY(4096) NOT NULL,
  box VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  validity BIGINT NOT NULL,
  low_uid BIGINT NOT NULL,
  saved_at DATETIME(3) NOT NULL,
  read_at DATETIME(3) NULL,
  failing_since DATETIME(3) NULL,
  reason VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  PRIMARY KEY (name)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
