package testdb

import (
	"bytes"
	"net"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
)

// Scissors stand between the program and MariaDB and cut a connection after a COMMIT was carried out and before its answer
// comes back.
type Scissors struct {
	server string
	armed  atomic.Bool
	cut    atomic.Int64
}

// Between opens scissors before the server of a MariaDB URL and returns the URL that goes through them.
func Between(t testing.TB, url string) (*Scissors, string) {
	t.Helper()
	start := strings.Index(url, "unix(") + len("unix(")
	end := start + strings.Index(url[start:], ")")
	s := &Scissors{server: url[start:end]}
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

// Arm makes them cut once, at the next COMMIT.
func (s *Scissors) Arm() { s.armed.Store(true) }

// Cuts is how often they have cut.
func (s *Scissors) Cuts() int64 { return s.cut.Load() }

func (s *Scissors) pass(client net.Conn) {
	defer client.Close()
	server, err := net.Dial("unix", s.server)
	if err != nil {
		return
	}
	defer server.Close()
	var cutting atomic.Bool
	go func() {
		defer server.Close()
		relay(server, client, func(packet []byte) bool {
			if bytes.Contains(packet, []byte("\x03COMMIT")) && s.armed.CompareAndSwap(true, false) {
				cutting.Store(true)
			}
			return true
		})
	}()
	relay(client, server, func([]byte) bool {
		if !cutting.Load() {
			return true
		}
		s.cut.Add(1) // it is the answer to the COMMIT
		return false
	})
}

// relay passes on what comes until one side hangs up or look says no.
func relay(to, from net.Conn, look func([]byte) bool) {
	buffer := make([]byte, 64<<10)
	for {
		n, err := from.Read(buffer)
		if n > 0 && !look(buffer[:n]) {
			return
		}
		if _, e := to.Write(buffer[:n]); err != nil || e != nil {
			return
		}
	}
}
