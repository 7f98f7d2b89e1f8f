-- +goose NO TRANSACTION
-- +goose Up
ALTER TABLE audit_events ADD COLUMN IF NOT EXISTS day VARCHAR(10) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '';
UPDATE audit_events SET day = DATE_FORMAT(at + INTERVAL 3 HOUR, '%Y-%m-%d') WHERE day = '';
CREATE INDEX IF NOT EXISTS audit_actor ON audit_events (actor, id);
CREATE INDEX IF NOT EXISTS audit_kind ON audit_events (object, id);
CREATE INDEX IF NOT EXISTS audit_day ON audit_events (day, id);
