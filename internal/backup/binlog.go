package backup

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/go-mysql-org/go-mysql/mysql"
	"github.com/go-mysql-org/go-mysql/replication"
	mysqldriver "github.com/go-sql-driver/mysql"

	"mtandao/internal/db"
)

// position is a place in a server's binary log; the zero value: the log is not followed.
type position struct {
	Server  string // which one, by what it says of itself
	Started int64  // when it was started, in Unix seconds; what a crash cut off its log is not found in it
	File    string
	Offset  uint64
}

// startedSpread is how many seconds two sights of when a server was started lie apart at most: it tells whole ones.
const startedSpread = 3

func (p position) sameServer(o position) bool {
	return p.Server == o.Server && max(p.Started-o.Started, o.Started-p.Started) <= startedSpread
}

func (p position) reached(o position) bool {
	if len(p.File) != len(o.File) {
		return len(p.File) > len(o.File) // after .999999 comes .1000000
	}
	return p.File > o.File || p.File == o.File && p.Offset >= o.Offset
}

// lost says why the binary log does not tell what changed since a piece: the next one reads everything.
type lost struct{ why string }

func (l lost) Error() string { return "the binary log does not tell what changed: " + l.why }

// follower reads a server's binary log by the replication protocol.
type follower struct {
	config *mysqldriver.Config
	tables map[string]table
}

func newFollower(address string, tables []table) (*follower, error) {
	config, err := mysqldriver.ParseDSN(strings.TrimPrefix(address, db.MySQL+":"))
	if err != nil {
		return nil, err
	}
	f := &follower{config: config, tables: map[string]table{}}
	for _, t := range tables {
		f.tables[t.Name] = t
	}
	return f, nil
}

const (
	reachServer = 10 * time.Second
	beat        = time.Second // how often a server that has nothing to tell says so
	eventsAhead = 256
)

func (f *follower) open(from position) (*replication.BinlogSyncer, *replication.BinlogStreamer, error) {
	syncer := replication.NewBinlogSyncer(replication.BinlogSyncerConfig{
		ServerID: 1<<31 + rand.Uint32N(1<<31), // that of a replica; no two may be the same
		Flavor:   mysql.MariaDBFlavor, Host: f.config.Addr, User: f.config.User, Password: f.config.Passwd, TLSConfig: f.config.TLS,
		Dialer: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{Timeout: reachServer}).DialContext(ctx, f.config.Net, f.config.Addr)
		},
		HeartbeatPeriod: beat, ReadTimeout: 30 * beat, DisableRetrySync: true, DiscardGTIDSet: true, EventCacheCount: eventsAhead, FillZeroLogPos: true,
		RowsEventDecodeFunc: f.decode, Logger: slog.New(slog.DiscardHandler),
	})
	stream, err := syncer.StartSync(mysql.Position{Name: from.File, Pos: uint32(from.Offset)})
	if err != nil {
		syncer.Close()
		return nil, nil, refused(err)
	}
	return syncer, stream, nil
}

// refused tells what the server does not give from what a line or a stop took.
func refused(err error) error {
	var said *mysql.MyError
	if errors.As(err, &said) {
		return lost{said.Message}
	}
	return err
}

// decode reads the rows of our own database only.
func (f *follower) decode(e *replication.RowsEvent, data []byte) error {
	at, err := e.DecodeHeader(data)
	if err != nil || string(e.Table.Schema) != f.config.DBName {
		return err
	}
	return e.DecodeData(at, data)
}

// read shows the key of each row that changed between two positions; perhaps more than once.
func (f *follower) read(ctx context.Context, from, to position, changed func(table string, key []byte) error) error {
	if from.Offset >= 1<<32 || to.Offset >= 1<<32 {
		return lost{"a file of it is longer than 4 GB"}
	}
	syncer, stream, err := f.open(from)
	if err != nil {
		return err
	}
	defer syncer.Close()
	for at := from; !at.reached(to); {
		event, err := stream.GetEvent(ctx)
		if err != nil {
			return refused(err)
		}
		if r, ok := event.Event.(*replication.RotateEvent); ok {
			at.File, at.Offset = string(r.NextLogName), r.Position
			continue
		}
		if err := f.see(event, changed); err != nil {
			return err
		}
		if event.Header.LogPos > 0 {
			at.Offset = uint64(event.Header.LogPos)
		}
	}
	return nil
}

func (f *follower) see(event *replication.BinlogEvent, changed func(table string, key []byte) error) error {
	switch e := event.Event.(type) {
	case *replication.RowsEvent:
		if string(e.Table.Schema) == f.config.DBName {
			return f.rows(e, changed)
		}
	case *replication.QueryEvent:
		if !f.harmless(string(e.Schema), string(e.Query)) {
			return lost{"it holds a statement in place of rows, or tables were changed"}
		}
	case *replication.GenericEvent:
		if event.Header.EventType == replication.INCIDENT_EVENT {
			return lost{"something is missing in it"}
		}
	}
	return nil
}

// noRows are statements that change no row and no table of ours.
var noRows = []string{"BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "XA ", "ANALYZE", "FLUSH"}

func (f *follower) harmless(schema, query string) bool {
	query = strings.ToUpper(strings.TrimSpace(query))
	for _, start := range noRows {
		if strings.HasPrefix(query, start) {
			return true
		}
	}
	return schema != f.config.DBName && !strings.Contains(query, strings.ToUpper(f.config.DBName))
}

// rows shows the keys of an event's rows: for an update, that of the row before and that of the row after.
func (f *follower) rows(e *replication.RowsEvent, changed func(table string, key []byte) error) error {
	t, ok := f.tables[string(e.Table.Table)]
	if !ok || int(e.ColumnCount) != len(t.Columns) {
		return lost{"tables were changed"}
	}
	var before []any
	for n, row := range e.Rows {
		key, err := t.keyOf(row, skipped(e, n), before)
		if err != nil {
			return err
		}
		if err := changed(t.Name, key); err != nil {
			return err
		}
		before = nil
		if e.Type() == replication.EnumRowsEventTypeUpdate && n%2 == 0 {
			before = row
		}
	}
	return nil
}

func skipped(e *replication.RowsEvent, row int) map[int]bool {
	if row >= len(e.SkippedColumns) || len(e.SkippedColumns[row]) == 0 {
		return nil
	}
	none := map[int]bool{}
	for _, column := range e.SkippedColumns[row] {
		none[column] = true
	}
	return none
}

// keyOf is a row's primary key as packed packs it. A server may tell of a row after its change only what changed: the rest
// is as it was before.
func (t table) keyOf(row []any, none map[int]bool, before []any) ([]byte, error) {
	var key [][]byte
	for _, column := range t.keyAt {
		value := row[column]
		if none[column] && before != nil {
			value = before[column]
		}
		text, err := asText(value)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", t.Name, err)
		}
		key = append(key, text)
	}
	return packed(nil, key), nil
}

func asText(value any) ([]byte, error) {
	switch v := value.(type) {
	case int8:
		return strconv.AppendInt(nil, int64(v), 10), nil
	case int16:
		return strconv.AppendInt(nil, int64(v), 10), nil
	case int32:
		return strconv.AppendInt(nil, int64(v), 10), nil
	case int64:
		return strconv.AppendInt(nil, v, 10), nil
	case string:
		return []byte(v), nil
	case []byte:
		return v, nil
	}
	return nil, lost{fmt.Sprintf("a key of the kind %T", value)}
}
