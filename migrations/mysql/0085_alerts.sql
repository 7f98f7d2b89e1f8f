-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS alerts (
  id BIGINT NOT NULL PRIMARY KEY,
  rule VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  subject VARCHAR(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  open_key VARCHAR(160) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  state VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  value BIGINT NOT NULL,
  told INT NOT NULL,
  settled INT NOT NULL,
  raised_at DATETIME(3) NOT NULL,
  good_since DATETIME(3),
  acknowledged_by VARCHAR(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  acknowledged_at DATETIME(3),
  cleared_at DATETIME(3),
  UNIQUE KEY alerts_open (open_key),
  KEY alerts_settled (settled, rule),
  KEY alerts_raised (raised_at, id)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
