-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS money_days (
  day VARCHAR(10) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  state VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  looked_at DATETIME(3) NOT NULL,
  figures MEDIUMBLOB NOT NULL,
  left_count BIGINT NOT NULL,
  left_cents BIGINT NOT NULL,
  settled BIGINT NOT NULL,
  seen MEDIUMBLOB NOT NULL,
  seen_count BIGINT NOT NULL,
  seen_cents BIGINT NOT NULL,
  closed_at DATETIME(3) NULL,
  closed_by VARCHAR(320) NOT NULL,
  came_from VARCHAR(320) NOT NULL,
  member BIGINT NOT NULL,
  PRIMARY KEY (day),
  KEY money_days_settled (settled, day)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
