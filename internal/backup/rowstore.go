package backup

import (
	"context"
	"database/sql"
	"encoding/binary"
	"encoding/json"
	"errors"
	"hash/crc32"
	"strings"

	"mtandao/internal/db"
)

const (
	tablePrefix = "table/"
	rowsPrefix  = "rows/"
)

// A block ends behind a row whose key says so, about each 64th: then a row that comes or goes changes its own block alone.
// The bounds keep a block within one INSERT.
const (
	rowsEnd   = 64
	mostRows  = 512
	mostBytes = 1 << 20
)

// table is how a table is made, and which columns its rows have.
type table struct {
	Name    string   `json:"name"`
	Create  string   `json:"create"`
	Columns []string `json:"columns"`
	key     []string // the columns of its primary key
}

// readRows shows the tables and rows of a MariaDB database as they are in one snapshot.
func readRows(ctx context.Context, d *db.DB, show func(key string, data []byte) error) error {
	conn, err := d.SQL().Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	for _, statement := range []string{"SET TRANSACTION ISOLATION LEVEL REPEATABLE READ", "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY"} {
		if _, err := conn.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	defer func() { _, _ = conn.ExecContext(context.WithoutCancel(ctx), "ROLLBACK") }()
	tables, err := readTables(ctx, conn)
	if err != nil {
		return err
	}
	for _, t := range tables {
		text, err := json.Marshal(t)
		if err != nil {
			return err
		}
		if err := errors.Join(show(tablePrefix+t.Name, text), t.read(ctx, conn, show)); err != nil {
			return err
		}
	}
	return nil
}

func readTables(ctx context.Context, conn *sql.Conn) (tables []table, err error) {
	names, err := texts(ctx, conn, "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE' ORDER BY table_name")
	for _, name := range names {
		t := table{Name: name}
		var again string
		err = errors.Join(err, conn.QueryRowContext(ctx, "SHOW CREATE TABLE "+quoted(name)).Scan(&again, &t.Create))
		var e, f error
		t.Columns, e = texts(ctx, conn, "SELECT column_name FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = ? ORDER BY ordinal_position", name)
		t.key, f = texts(ctx, conn, "SELECT column_name FROM information_schema.key_column_usage WHERE table_schema = DATABASE() AND table_name = ? AND constraint_name = 'PRIMARY' ORDER BY ordinal_position", name)
		if err = errors.Join(err, e, f); err != nil {
			return nil, err
		}
		tables = append(tables, t)
	}
	return tables, err
}

func texts(ctx context.Context, conn *sql.Conn, query string, args ...any) (all []string, err error) {
	rows, err := conn.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var one string
		if err := rows.Scan(&one); err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, rows.Err()
}

func quoted(name string) string { return "`" + strings.ReplaceAll(name, "`", "``") + "`" }

func list(names []string, each func(string) string) string {
	var out []string
	for _, n := range names {
		out = append(out, each(n))
	}
	return strings.Join(out, ", ")
}

// read shows a table's rows in blocks. The database writes each value as text, so that nothing is lost between two types.
func (t table) read(ctx context.Context, conn *sql.Conn, show func(key string, data []byte) error) (err error) {
	order := t.key
	if len(order) == 0 {
		order = t.Columns
	}
	asText := func(column string) string { return "CAST(" + quoted(column) + " AS BINARY)" }
	rows, err := conn.QueryContext(ctx, "SELECT "+list(order, asText)+", "+list(t.Columns, asText)+" FROM "+quoted(t.Name)+" ORDER BY "+list(order, quoted))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	values := make([]sql.RawBytes, len(order)+len(t.Columns))
	into := make([]any, len(values))
	for i := range values {
		into[i] = &values[i]
	}
	b := rowBlock{prefix: rowsPrefix + t.Name + "/", show: show}
	for rows.Next() {
		if err := errors.Join(rows.Scan(into...), b.add(values[:len(order)], values[len(order):])); err != nil {
			return err
		}
	}
	return errors.Join(rows.Err(), b.end())
}

// rowBlock gathers rows.
type rowBlock struct {
	prefix, key string
	data        []byte
	count       int
	show        func(key string, data []byte) error
}

func (b *rowBlock) add(key, row []sql.RawBytes) error {
	name := string(packed(nil, key))
	if b.count == 0 {
		b.key = b.prefix + name
	}
	b.data = packed(b.data, row)
	b.count++
	if crc32.ChecksumIEEE([]byte(name))%rowsEnd == 0 || b.count == mostRows || len(b.data) >= mostBytes {
		return b.end()
	}
	return nil
}

func (b *rowBlock) end() error {
	if b.count == 0 {
		return nil
	}
	err := b.show(b.key, b.data)
	b.data, b.count = b.data[:0], 0
	return err
}

// packed adds values, each behind its length and one; 0 is NULL.
func packed(to []byte, values []sql.RawBytes) []byte {
	for _, v := range values {
		if v == nil {
			to = append(to, 0)
			continue
		}
		to = append(binary.AppendUvarint(to, uint64(len(v))+1), v...)
	}
	return to
}

// unpacked reads values; false when data is no run of whole rows.
func unpacked(data []byte, columns int) (values []any, ok bool) {
	for len(data) > 0 {
		length, n := binary.Uvarint(data)
		if n <= 0 || length > uint64(len(data)-n)+1 {
			return nil, false
		}
		data = data[n:]
		if length == 0 {
			values = append(values, nil)
			continue
		}
		values = append(values, data[:length-1])
		data = data[length-1:]
	}
	return values, columns > 0 && len(values)%columns == 0
}

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
	values, whole := unpacked(data, len(t.Columns))
	if !ok || !whole {
		return errors.New("rows without their table, or not whole: " + name)
	}
	one := "(" + list(t.Columns, func(string) string { return "?" }) + ")"
	rows := strings.Repeat(", "+one, len(values)/len(t.Columns))[2:]
	_, err := r.conn.ExecContext(ctx, "INSERT INTO "+quoted(name)+" ("+list(t.Columns, quoted)+") VALUES "+rows, values...)
	return err
}

// pause is written before any other row can be read; what is brought back may hold it already.
func (r *rowTarget) pause(ctx context.Context, p pause) error {
	_, err := r.conn.ExecContext(ctx, "REPLACE INTO pauses (id, cause, since) VALUES (?, ?, ?)", p.ID, p.Cause, p.Since)
	return err
}
