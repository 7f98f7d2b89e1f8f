-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS outage_pieces (
  outage_id BIGINT NOT NULL,
  kind VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  router_id BIGINT NOT NULL,
  from_at DATETIME(3) NOT NULL,
  until_at DATETIME(3) NOT NULL,
  after_id BIGINT NOT NULL,
  given_to BIGINT NOT NULL,
  all_lines BIGINT NOT NULL,
  PRIMARY KEY (outage_id, kind)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
