package backup

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"strings"

	"mtandao/internal/db"
)

// rowTarget is an empty MariaDB database that is being filled.
type rowTarget struct {
	conn   *sql.Conn
	tables map[string]table
}

func openRowTarget(ctx context.Context, d *db.DB) (*rowTarget, error) {
	conn, err := d.SQL().Conn(ctx)
	if err != nil {
		return nil, err
	}
	_, err = conn.ExecContext(ctx, "SET SESSION sql_mode = CONCAT(@@sql_mode, ',NO_AUTO_VALUE_ON_ZERO')")
	return &rowTarget{conn: conn, tables: map[string]table{}}, err
}

// make makes a table.
func (r *rowTarget) make(ctx context.Context, text []byte) error {
	var t table
	if err := json.Unmarshal(text, &t); err != nil {
		return err
	}
	r.tables[t.Name] = t
	_, err := r.conn.ExecContext(ctx, t.Create)
	return err
}

func (r *rowTarget) take(ctx context.Context, key string, data []byte) error {
	name, _, _ := strings.Cut(strings.TrimPrefix(key, rowsPrefix), "/")
	t, ok := r.tables[name]
	if !ok {
		return errors.New("rows without their table: " + name)
	}
	return r.put(ctx, "INSERT", t, data)
}

// put writes rows; REPLACE also takes away those that have what is theirs now: these are put elsewhere, or are gone.
func (r *rowTarget) put(ctx context.Context, verb string, t table, data []byte) error {
	values, whole := unpacked(data, len(t.Columns))
	if !whole {
		return errors.New("rows that are not whole: " + t.Name)
	}
	one := "(" + list(t.Columns, func(string) string { return "?" }) + ")"
	rows := strings.Repeat(", "+one, len(values)/len(t.Columns))[2:]
	_, err := r.conn.ExecContext(ctx, verb+" INTO "+quoted(t.Name)+" ("+list(t.Columns, quoted)+") VALUES "+rows, values...)
	return err
}

// pause is written before any other row can be read; what is brought back may hold it already.
func (r *rowTarget) pause(ctx context.Context, p pause) error {
	_, err := r.conn.ExecContext(ctx, "REPLACE INTO pauses (id, cause, since) VALUES (?, ?, ?)", p.ID, p.Cause, p.Since)
	return err
}

// change brings rows to what they became later.
func (r *rowTarget) change(ctx context.Context, kind byte, name string, data []byte) error {
	t, ok := r.tables[name]
	if !ok {
		return errors.New("changes without their table: " + name)
	}
	if kind == recordRows {
		return r.put(ctx, "REPLACE", t, data)
	}
	where, args, err := t.anyOf(data)
	if err == nil {
		_, err = r.conn.ExecContext(ctx, "DELETE FROM "+quoted(name)+" WHERE "+where, args...)
	}
	return err
}
