package testdb

import (
	"net"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// Line stands between the program and MariaDB as a network that fails.
type Line struct {
	server string
	mu     sync.Mutex
	freed  *sync.Cond
	state  lineState
	conns  map[net.Conn]bool
}

type lineState int

const (
	passing lineState = iota
	stalled
	broken
)

// Through opens a line to the server of a MariaDB URL and returns the URL that goes through it.
func Through(t testing.TB, url string) (*Line, string) {
	t.Helper()
	start := strings.Index(url, "unix(") + len("unix(")
	end := start + strings.Index(url[start:], ")")
	l := &Line{server: url[start:end], conns: map[net.Conn]bool{}}
	l.freed = sync.NewCond(&l.mu)
	path := filepath.Join(t.TempDir(), "l")
	listener, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close(); l.Break() })
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			go l.connect(client)
		}
	}()
	return l, url[:start] + path + url[end:]
}

// Stall lets connections be made and lets no octet through, until Mend.
func (l *Line) Stall() { l.set(stalled) }

// Break ends all connections and every new one, until Mend: the server is dead.
func (l *Line) Break() { l.set(broken) }

// Mend lets through what waits and all that comes.
func (l *Line) Mend() { l.set(passing) }

func (l *Line) set(state lineState) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.state = state
	if state == broken {
		for conn := range l.conns {
			_ = conn.Close()
		}
	}
	l.freed.Broadcast()
}

// pass waits while the line is stalled; false when it is broken.
func (l *Line) pass() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for l.state == stalled {
		l.freed.Wait()
	}
	return l.state == passing
}

func (l *Line) connect(client net.Conn) {
	defer client.Close()
	if !l.pass() {
		return
	}
	server, err := net.Dial("unix", l.server)
	if err != nil {
		return
	}
	defer server.Close()
	l.keep(client, server)
	defer l.let(client, server)
	go func() {
		defer server.Close()
		relay(server, client, func([]byte) bool { return l.pass() })
	}()
	relay(client, server, func([]byte) bool { return l.pass() })
}

func (l *Line) keep(conns ...net.Conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, conn := range conns {
		l.conns[conn] = true
		if l.state == broken {
			_ = conn.Close()
		}
	}
}

func (l *Line) let(conns ...net.Conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, conn := range conns {
		delete(l.conns, conn)
	}
}
