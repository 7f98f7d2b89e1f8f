package testdb_test

import (
	"bytes"
	"net"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/testdb"
)

// scissors stands between the program and MariaDB and cuts a connection after a COMMIT was carried out and before its answer
// comes back.
type scissors struct {
	server string
	armed  atomic.Bool
	cut    atomic.Int64
}

// between opens scissors before the server of a URL and returns the URL that goes through them.
func between(t *testing.T, url string) (*scissors, string) {
	t.Helper()
	start := strings.Index(url, "unix(") + len("unix(")
	end := start + strings.Index(url[start:], ")")
	s := &scissors{server: url[start:end]}
	path := filepath.Join(t.TempDir(), "s")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			go s.pass(client)
		}
	}()
	return s, url[:start] + path + url[end:]
}

func (s *scissors) pass(client net.Conn) {
	defer client.Close()
	server, err := net.Dial("unix", s.server)
	if err != nil {
		return
	}
	defer server.Close()
	var cutting atomic.Bool
	go func() {
		buffer := make([]byte, 64<<10)
		for {
			n, err := client.Read(buffer)
			if bytes.Contains(buffer[:n], []byte("\x03COMMIT")) && s.armed.CompareAndSwap(true, false) {
				cutting.Store(true)
			}
			if _, e := server.Write(buffer[:n]); err != nil || e != nil {
				_ = server.Close()
				return
			}
		}
	}()
	buffer := make([]byte, 64<<10)
	for {
		n, err := server.Read(buffer)
		if cutting.Load() { // it is the answer to the COMMIT
			s.cut.Add(1)
			return
		}
		if _, e := client.Write(buffer[:n]); err != nil || e != nil {
			return
		}
	}
}

// TestACommitThatFailedAfterSucceeding: the caller is told that the database went away, asks again, loses its own conditional
// UPDATE, and finds itself named as the winner.
func TestACommitThatFailedAfterSucceeding(t *testing.T) {
	url := testdb.URL(t, db.MySQL)
	s, through := between(t, url)
	d := testdb.OpenURL(t, through, db.Options{})
	if err := d.InTx(t.Context(), func(tx *db.Tx) error { return insertLease(tx, "one") }); err != nil {
		t.Fatal(err)
	}
	hooks := 0
	take := func(holder string) (won bool, err error) {
		err = d.InTx(t.Context(), func(tx *db.Tx) error {
			tx.AfterCommit(func() { hooks++ })
			won, err = db.Won(tx.Gorm().Exec("UPDATE leases SET holder = ? WHERE name = 'one' AND holder = ''", holder))
			if won || err != nil {
				return err
			}
			var now string
			err = tx.Gorm().Raw("SELECT holder FROM leases WHERE name = 'one'").Scan(&now).Error
			won = now == holder
			return err
		})
		return won, err
	}
	s.armed.Store(true)
	if _, err := take("asha"); !fault.Is(err, fault.Unavailable) || hooks != 0 || s.cut.Load() != 1 {
		t.Fatalf("the answer to the COMMIT was cut %d times: %v, %d hooks", s.cut.Load(), err, hooks)
	}
	if won, err := take("asha"); !won || err != nil || hooks != 1 {
		t.Errorf("again: won %v, %v, %d hooks", won, err, hooks)
	}
	if won, err := take("baraka"); won || err != nil {
		t.Errorf("another: won %v, %v", won, err)
	}
}
