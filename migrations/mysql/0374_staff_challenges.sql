-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS staff_challenges (
  id BIGINT NOT NULL,
  challenge BLOB NOT NULL,
  until DATETIME(3) NOT NULL,
  PRIMARY KEY (id),
  KEY staff_challenges_until (until, id)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
