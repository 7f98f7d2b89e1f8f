package mikrotik

import (
	"bufio"
	"net"
	"sync/atomic"
	"testing"
)

// device is a scripted router: answer gets each command after the log-in, and writes whatever bytes it likes.
type device struct {
	listener net.Listener
	logins   atomic.Int64
	login    func(words []string) string
	answer   func(conn net.Conn, words []string)
}

func newDevice(t *testing.T, answer func(conn net.Conn, words []string)) *device {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return serveOn(t, listener, answer)
}

func serveOn(t *testing.T, listener net.Listener, answer func(conn net.Conn, words []string)) *device {
	t.Helper()
	d := &device{listener: listener, answer: answer}
	d.login = func(words []string) string { return reply(words, "!done") }
	t.Cleanup(func() { _ = listener.Close() })
	go d.serve()
	return d
}

func (d *device) serve() {
	for {
		conn, err := d.listener.Accept()
		if err != nil {
			return
		}
		go d.converse(conn)
	}
}

func (d *device) converse(conn net.Conn) {
	defer conn.Close()
	r := bufio.NewReader(conn)
	for {
		words, err := readSentence(r)
		if err != nil {
			return
		}
		if words[0] == "/login" {
			d.logins.Add(1)
			_, _ = conn.Write([]byte(d.login(words)))
			continue
		}
		d.answer(conn, words)
	}
}

func (d *device) address() string { return d.listener.Addr().String() }

// tagOf is the tag word of a command, which stands last.
func tagOf(words []string) string { return words[len(words)-1] }

// reply is a sentence that answers the command.
func reply(words []string, sentence ...string) string {
	return string(appendSentence(nil, append(sentence, tagOf(words))))
}

func say(conn net.Conn, sentences ...string) {
	for _, s := range sentences {
		_, _ = conn.Write([]byte(s))
	}
}
