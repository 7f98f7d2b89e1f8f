-- +goose Up
CREATE TABLE IF NOT EXISTS audit_events (
  id BIGINT NOT NULL PRIMARY KEY,
  at DATETIME NOT NULL,
  day TEXT NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  object TEXT NOT NULL,
  object_id TEXT NOT NULL,
  old_value TEXT NOT NULL,
  new_value TEXT NOT NULL,
  came_from TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS audit_object ON audit_events (object, object_id, id);
CREATE INDEX IF NOT EXISTS audit_actor ON audit_events (actor, id);
CREATE INDEX IF NOT EXISTS audit_kind ON audit_events (object, id);
CREATE INDEX IF NOT EXISTS audit_day ON audit_events (day, id);
