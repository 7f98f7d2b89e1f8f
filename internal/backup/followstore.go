package backup

import (
	"context"
	"database/sql"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"

	mysqldriver "github.com/go-sql-driver/mysql"

	"mtandao/internal/db"
)

// Needed is what to do about a server whose binary log cannot be followed.
const Needed = "set log_bin and binlog_format = ROW in MariaDB, keep its files for two days (expire_logs_days = 2), and GRANT REPLICATION SLAVE, BINLOG MONITOR ON *.* to the program's user"

// mostChanged bounds the keys that are remembered of a day: with more, reading everything again is no worse.
const mostChanged = 4 << 20

// trail is what changed since a piece, as far as the binary log was read.
type trail struct {
	of   string // the piece's hash
	at   position
	keys map[string]map[string]bool // by table, packed
	size int
}

// here is the server's position at the instant of the snapshot that a connection is in: lost when its log cannot be followed.
func here(ctx context.Context, conn *sql.Conn, tables []table) (p position, err error) {
	var on bool
	var form string
	err = conn.QueryRowContext(ctx, "SELECT @@log_bin, @@global.binlog_format, CONCAT_WS(' ', @@hostname, @@port, @@datadir, @@server_id), "+
		"(SELECT CAST(UNIX_TIMESTAMP() - variable_value AS SIGNED) FROM information_schema.global_status WHERE variable_name = 'UPTIME')").Scan(&on, &form, &p.Server, &p.Started)
	if err != nil {
		return p, err
	}
	if !on || form != "ROW" {
		return position{}, lost{"log_bin is off, or binlog_format is not ROW"}
	}
	if i := slices.IndexFunc(tables, func(t table) bool { return !t.followed }); i >= 0 {
		return position{}, lost{"the key of " + tables[i].Name + " is of another kind than numbers and texts"}
	}
	for name, into := range map[string]any{"Binlog_snapshot_file": &p.File, "Binlog_snapshot_position": &p.Offset} {
		var again string
		if err := conn.QueryRowContext(ctx, "SHOW STATUS LIKE '"+name+"'").Scan(&again, into); err != nil {
			return position{}, err
		}
	}
	if p.File == "" {
		return position{}, lost{"this server does not tell where a snapshot is in it"}
	}
	return p.proved(ctx, conn)
}

// proved puts a position right that a server tells wrongly: right after it began a new file of its log, until the next commit, a
// snapshot is said to be in that file, but as far on as the old one was long. Then it is at the new file's beginning.
func (p position) proved(ctx context.Context, conn *sql.Conn) (position, error) {
	var file, ignored, also string
	var end uint64
	err := conn.QueryRowContext(ctx, "SHOW MASTER STATUS").Scan(&file, &end, &ignored, &also)
	var said *mysqldriver.MySQLError
	if errors.As(err, &said) {
		return position{}, lost{said.Message}
	}
	if err == nil && file == p.File && end < p.Offset {
		p.Offset = logBegins
	}
	return p, err
}

// logBegins is where the first event of a file of the log is.
const logBegins = 4

// tryOut says whether this user may read the log at all, before a chain is built upon it.
func tryOut(ctx context.Context, address string, tables []table, at position) error {
	f, err := newFollower(address, tables)
	if err != nil {
		return err
	}
	syncer, stream, err := f.open(at)
	if err != nil {
		return err
	}
	defer syncer.Close()
	_, err = stream.GetEvent(ctx)
	return refused(err)
}

// Follows says whether copies read only what changed: an empty text, or why each reads everything; then do what is Needed.
func (s *Service) Follows(ctx context.Context) (why string, err error) {
	if s.DB.Dialect() != db.MySQL {
		return "", nil
	}
	err = inSnapshot(ctx, s.DB, func(conn *sql.Conn) error {
		tables, err := readTables(ctx, conn)
		if err != nil {
			return err
		}
		at, err := here(ctx, conn, tables)
		if err != nil {
			return err
		}
		return tryOut(ctx, s.Address, tables, at)
	})
	if l := (lost{}); errors.As(err, &l) {
		return l.why, nil
	}
	return "", err
}

// writeRows writes a database of MariaDB into a piece: what changed since its parent when the binary log is followed, and
// otherwise what differs.
func (s *Service) writeRows(ctx context.Context, d *draft, show func(key string, data []byte) error) error {
	return inSnapshot(ctx, s.DB, func(conn *sql.Conn) error {
		tables, err := readTables(ctx, conn)
		if err != nil {
			return err
		}
		d.mark.At, err = s.whereNow(ctx, conn, tables, d)
		if err != nil {
			return err
		}
		if d.level == Day || d.parent.At == (position{}) {
			return readRows(ctx, conn, tables, show)
		}
		d.mark.Data = d.parent.Data
		t, err := s.changes(ctx, d.plan, tables, d.mark.At)
		if err != nil {
			return err
		}
		return readChanged(ctx, conn, tables, t, func(kind byte, table string, data []byte, count int) error {
			d.rows += count
			return d.out.record(kind, table, data)
		})
	})
}

// whereNow is the position that a mark keeps: that of the snapshot, where the chain follows the log. A day whose log cannot be
// followed begins a chain that does not.
func (s *Service) whereNow(ctx context.Context, conn *sql.Conn, tables []table, d *draft) (position, error) {
	if d.alone || d.level != Day && d.parent.At == (position{}) {
		return position{}, nil
	}
	at, err := here(ctx, conn, tables)
	if err == nil && d.level == Day {
		err = tryOut(ctx, s.Address, tables, at)
	}
	if l := (lost{}); errors.As(err, &l) && d.level == Day {
		s.sayUnfollowed(l.why)
		return position{}, nil
	}
	return at, err
}

func (s *Service) sayUnfollowed(why string) {
	if why != s.why {
		s.Log.Warn("backup: each piece reads the whole database; "+Needed, "why", why)
		s.why = why
	}
}

// changes brings a level's trail from its parent up to here, and returns it.
func (s *Service) changes(ctx context.Context, p plan, tables []table, to position) (trail, error) {
	t := s.trails[p.level]
	if t.of != p.parent.Piece.Hash {
		t = trail{of: p.parent.Piece.Hash, at: p.parent.At, keys: map[string]map[string]bool{}}
	}
	if !t.at.sameServer(to) || !to.reached(t.at) {
		return t, lost{"it is another server's, or the server was started again"}
	}
	f, err := newFollower(s.Address, tables)
	if err != nil {
		return t, err
	}
	err = f.read(ctx, t.at, to, func(table string, key []byte) error { return t.add(table, string(key)) })
	if err != nil {
		return t, err
	}
	t.at = to
	s.trails[p.level] = t
	return t, nil
}

func (t *trail) add(table, key string) error {
	if t.keys[table] == nil {
		t.keys[table] = map[string]bool{}
	}
	if !t.keys[table][key] {
		t.keys[table][key] = true
		t.size++
	}
	if t.size > mostChanged {
		return lost{"more rows changed than are worth telling one by one"}
	}
	return nil
}

// atOnce is how many rows are asked for by their keys in one statement.
const atOnce = 500

// readChanged writes the rows of a trail as they are in the connection's snapshot, and the keys of those that are gone.
func readChanged(ctx context.Context, conn *sql.Conn, tables []table, t trail, write func(kind byte, table string, data []byte, count int) error) error {
	for _, one := range tables {
		for keys := range slices.Chunk(slices.Sorted(maps.Keys(t.keys[one.Name])), atOnce) {
			if err := one.readKeys(ctx, conn, keys, write); err != nil {
				return err
			}
		}
	}
	return nil
}

func (t table) readKeys(ctx context.Context, conn *sql.Conn, keys []string, write func(kind byte, table string, data []byte, count int) error) (err error) {
	where, args, err := t.anyOf([]byte(strings.Join(keys, "")))
	if err != nil {
		return err
	}
	rows, err := conn.QueryContext(ctx, t.selectRows()+" WHERE "+where, args...)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	gone := map[string]bool{}
	for _, key := range keys {
		gone[key] = true
	}
	values, into := t.cells()
	var data []byte
	var count int
	flush := func() error {
		if count == 0 {
			return nil
		}
		err := write(recordRows, t.Name, data, count)
		data, count = data[:0], 0
		return err
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return err
		}
		delete(gone, string(packed(nil, values[:len(t.Key)])))
		data, count = packed(data, values[len(t.Key):]), count+1
		if len(data) >= mostBytes {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	if err := errors.Join(rows.Err(), flush()); err != nil || len(gone) == 0 {
		return err
	}
	return write(recordDead, t.Name, []byte(strings.Join(slices.Sorted(maps.Keys(gone)), "")), len(gone))
}

// anyOf is the condition that a row has one of these keys, which are packed one behind the other.
func (t table) anyOf(keys []byte) (where string, args []any, err error) {
	values, ok := unpacked(keys, len(t.Key))
	if !ok || len(values) == 0 {
		return "", nil, errors.New("keys of " + t.Name + " that are none")
	}
	for n, value := range values {
		text, _ := value.([]byte)
		if !t.Numbers[n%len(t.Key)] {
			args = append(args, string(text))
			continue
		}
		number, err := strconv.ParseInt(string(text), 10, 64) // as a text it would find no index
		if err != nil {
			return "", nil, err
		}
		args = append(args, number)
	}
	one := "(" + joined(t.Key, " AND ", func(column string) string { return quoted(column) + " = ?" }) + ")"
	return strings.Repeat(" OR "+one, len(values)/len(t.Key))[len(" OR "):], args, nil
}
