-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS staff_links (
  id BIGINT NOT NULL,
  member_id BIGINT NOT NULL,
  purpose VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  secret_hash VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  used_by BIGINT NOT NULL,
  until DATETIME(3) NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY staff_links_secret (secret_hash),
  KEY staff_links_member (member_id, id),
  KEY staff_links_until (until, id)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
