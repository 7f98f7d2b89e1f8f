-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE IF NOT EXISTS files (
  id BIGINT NOT NULL,
  request VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  object VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  object_id BIGINT NOT NULL,
  customer_id BIGINT NOT NULL,
  kind VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  name VARCHAR(120) NOT NULL,
  type VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  octets BIGINT NOT NULL,
  made_by VARCHAR(320) NOT NULL,
  made_at DATETIME(3) NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY files_request (request),
  KEY files_object (object, object_id, id),
  KEY files_customer (customer_id, id)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE TABLE IF NOT EXISTS file_pieces (
  file_id BIGINT NOT NULL,
  n BIGINT NOT NULL,
  content MEDIUMBLOB NOT NULL,
  PRIMARY KEY (file_id, n)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
