package backup

import (
	"context"
	"database/sql"
	"encoding/binary"
	"encoding/json"
	"errors"
	"hash/crc32"
	"slices"
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
	Key     []string `json:"key"`     // the columns of its primary key
	Numbers []bool   `json:"numbers"` // which of them are whole numbers
	keyAt   []int    // where among Columns
	// followed says that its key has a form in which the binary log and a query tell it alike.
	followed bool
}

// inSnapshot shows do a connection in which a MariaDB database does not change.
func inSnapshot(ctx context.Context, d *db.DB, do func(conn *sql.Conn) error) error {
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
	return do(conn)
}

// readRows shows the tables, and all their rows.
func readRows(ctx context.Context, conn *sql.Conn, tables []table, show func(key string, data []byte) error) error {
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
		var e, f, g error
		t.Columns, e = texts(ctx, conn, "SELECT column_name FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = ? ORDER BY ordinal_position", name)
		t.Key, f = texts(ctx, conn, "SELECT column_name FROM information_schema.key_column_usage WHERE table_schema = DATABASE() AND table_name = ? AND constraint_name = 'PRIMARY' ORDER BY ordinal_position", name)
		var kinds []string
		kinds, g = texts(ctx, conn, "SELECT column_type FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = ? ORDER BY ordinal_position", name)
		if err = errors.Join(err, e, f, g); err != nil {
			return nil, err
		}
		t.learnKey(kinds)
		tables = append(tables, t)
	}
	return tables, err
}

func (t *table) learnKey(kinds []string) {
	t.followed = len(t.Key) > 0
	for _, column := range t.Key {
		at := slices.Index(t.Columns, column)
		number := strings.Contains(kinds[at], "int(") && (strings.HasPrefix(kinds[at], "bigint") || !strings.Contains(kinds[at], "unsigned")) // nobody counts to 2⁶³
		t.keyAt, t.Numbers = append(t.keyAt, at), append(t.Numbers, number)
		t.followed = t.followed && (number || strings.HasPrefix(kinds[at], "var"))
	}
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

func list(names []string, each func(string) string) string { return joined(names, ", ", each) }

func joined(names []string, by string, each func(string) string) string {
	var out []string
	for _, n := range names {
		out = append(out, each(n))
	}
	return strings.Join(out, by)
}

// order are the columns that a table is read by.
func (t table) order() []string {
	if len(t.Key) == 0 {
		return t.Columns
	}
	return t.Key
}

// selectRows asks for a table's rows, each behind its key. The database writes each value as text, so that nothing is lost
// between two types.
func (t table) selectRows() string {
	asText := func(column string) string { return "CAST(" + quoted(column) + " AS BINARY)" }
	return "SELECT " + list(t.order(), asText) + ", " + list(t.Columns, asText) + " FROM " + quoted(t.Name)
}

func (t table) cells() (values []sql.RawBytes, into []any) {
	values = make([]sql.RawBytes, len(t.order())+len(t.Columns))
	for i := range values {
		into = append(into, &values[i])
	}
	return values, into
}

// read shows a table's rows in blocks.
func (t table) read(ctx context.Context, conn *sql.Conn, show func(key string, data []byte) error) (err error) {
	rows, err := conn.QueryContext(ctx, t.selectRows()+" ORDER BY "+list(t.order(), quoted))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	values, into := t.cells()
	keys := len(t.order())
	b := rowBlock{prefix: rowsPrefix + t.Name + "/", show: show}
	for rows.Next() {
		if err := errors.Join(rows.Scan(into...), b.add(values[:keys], values[keys:])); err != nil {
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
func packed[text ~[]byte](to []byte, values []text) []byte {
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
