package router

import (
	"bufio"
	"context"
	"crypto/subtle"
	"net"
	"strconv"
	"sync"
)

// Trap categories.
const (
	trapMissing     = 0
	trapBadArgument = 1
	trapInterrupted = 2
	trapGeneral     = 4
	trapScript      = 3
	trapNone        = -1
)

// trap is a command's error.
type trap struct {
	category int
	message  string
}

// apiSession is one connection.
type apiSession struct {
	router   *Router
	conn     net.Conn
	admitted bool
	policies string // of the user's group, when the user is the configuration's

	writing sync.Mutex
	mu      sync.Mutex
	running map[string]context.CancelFunc
	workers sync.WaitGroup
}

func (s *apiSession) run() {
	ctx, cancel := context.WithCancel(context.Background())
	defer s.workers.Wait()
	defer cancel()
	reader := bufio.NewReader(s.conn)
	for {
		words, err := readSentence(reader)
		if err != nil {
			return
		}
		if len(words) == 0 {
			continue
		}
		c, err := parseCommand(words)
		if err != nil {
			s.send("!fatal", "protocol error")
			return
		}
		if !s.obey(ctx, c) {
			return
		}
	}
}

// obey carries out one command; false ends the connection.
func (s *apiSession) obey(ctx context.Context, c command) bool {
	switch {
	case c.path == "/login":
		s.logIn(c)
	case !s.admitted:
		s.send("!fatal", "not logged in")
		return false
	case c.path == "/quit":
		s.send("!fatal", "session terminated on request")
		return false
	case c.path == "/cancel":
		s.cancel(c)
	case s.isListen(c.path):
		return s.start(ctx, c, s.listener(c))
	case c.tag != "" && slowCommands[c.path]:
		return s.start(ctx, c, s.execute)
	default:
		s.execute(ctx, c)
	}
	return true
}

func (s *apiSession) logIn(c command) {
	o := s.router.options
	name := subtle.ConstantTimeCompare([]byte(c.attributes["name"]), []byte(o.APIUser))
	password := subtle.ConstantTimeCompare([]byte(c.attributes["password"]), []byte(o.APIPassword))
	if name&password != 1 && !s.admitUser(c) {
		s.trap(c, &trap{trapNone, "invalid user name or password (6)"})
		return
	}
	s.admitted = true
	s.reply(c, "!done")
}

// start runs a tagged command beside the connection; false when the client floods.
func (s *apiSession) start(ctx context.Context, c command, work func(context.Context, command)) bool {
	ctx, cancel := context.WithCancel(ctx)
	s.mu.Lock()
	_, taken := s.running[c.tag]
	full := taken || len(s.running) >= maxConcurrent
	if !full {
		s.running[c.tag] = cancel
	}
	s.mu.Unlock()
	if full {
		cancel()
		s.send("!fatal", "too many commands")
		return false
	}
	s.workers.Go(func() {
		work(ctx, c)
		cancel()
		s.mu.Lock()
		delete(s.running, c.tag)
		s.mu.Unlock()
	})
	return true
}

// cancel stops one tagged command, or all; each then ends with a trap of its own.
func (s *apiSession) cancel(c command) {
	s.mu.Lock()
	for tag, stop := range s.running {
		if wanted, one := c.attributes["tag"]; !one || wanted == tag {
			stop()
		}
	}
	s.mu.Unlock()
	s.reply(c, "!done")
}

func (s *apiSession) execute(ctx context.Context, c command) {
	run := apiCommands[c.path]
	if c.path == "/system/script/run" {
		s.runScript(c)
		return
	}
	if menu, verb := s.inTree(c.path); menu != nil {
		s.obeyTree(c, menu, verb)
		return
	}
	if run == nil {
		s.trap(c, &trap{trapMissing, "no such command"})
		return
	}
	rows, problem := run(ctx, s.router, c)
	if problem != nil {
		s.trap(c, problem)
		return
	}
	s.printRows(c, rows, isPrint(c.path))
}

// printRows answers with the rows that match; with none, some versions say so.
func (s *apiSession) printRows(c command, rows []row, saysEmpty bool) {
	printed := 0
	for _, each := range rows {
		match, err := each.matches(c.queries)
		if err != nil {
			s.trap(c, &trap{trapBadArgument, "invalid query"})
			return
		}
		if match {
			s.printRow(c, each.only(c.attributes[".proplist"]))
			printed++
		}
	}
	if printed == 0 && saysEmpty {
		s.reply(c, "!empty")
	}
	s.reply(c, "!done")
}

func (s *apiSession) printRow(c command, r row) {
	words := []string{"!re"}
	for _, f := range r {
		words = append(words, "="+f.name+"="+f.value)
	}
	s.reply(c, words...)
}

// trap is still followed by !done.
func (s *apiSession) trap(c command, t *trap) {
	words := []string{"!trap"}
	if t.category != trapNone {
		words = append(words, "=category="+strconv.Itoa(t.category))
	}
	s.reply(c, append(words, "=message="+t.message)...)
	s.reply(c, "!done")
}

func (s *apiSession) reply(c command, words ...string) {
	if c.tag != "" {
		words = append(words[:1:1], append([]string{".tag=" + c.tag}, words[1:]...)...)
	}
	s.send(words...)
}

func (s *apiSession) send(words ...string) {
	s.writing.Lock()
	defer s.writing.Unlock()
	_, _ = s.conn.Write(appendSentence(nil, words...))
}
