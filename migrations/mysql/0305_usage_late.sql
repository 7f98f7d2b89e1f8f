-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS usage_late (
  id BIGINT NOT NULL,
  grant_id BIGINT NOT NULL,
  site_id BIGINT NOT NULL,
  hour BIGINT NOT NULL,
  told_at DATETIME(3) NOT NULL,
  online_seconds BIGINT NOT NULL,
  bytes_up BIGINT NOT NULL,
  bytes_down BIGINT NOT NULL,
  verdict VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  seen_by VARCHAR(120) NOT NULL,
  PRIMARY KEY (id),
  KEY usage_late_grant (grant_id, hour),
  KEY usage_late_verdict (verdict, id)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
