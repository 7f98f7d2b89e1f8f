-- +goose Up
ALTER TABLE audit_events ADD COLUMN day TEXT NOT NULL DEFAULT '';
UPDATE audit_events SET day = date(at, '+3 hours') WHERE day = '';
CREATE INDEX IF NOT EXISTS audit_actor ON audit_events (actor, id);
CREATE INDEX IF NOT EXISTS audit_kind ON audit_events (object, id);
CREATE INDEX IF NOT EXISTS audit_day ON audit_events (day, id);
