package messages

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Serve answers IMAP until the listener is closed; sealed is TLS from the start, otherwise by STARTTLS.
func (p *Post) Serve(l net.Listener, sealed bool) {
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		if sealed {
			c = tls.Server(c, p.tls())
		}
		go p.converse(c, sealed)
	}
}

func (p *Post) tls() *tls.Config {
	return &tls.Config{Certificates: []tls.Certificate{p.server.certificate}, MinVersion: tls.VersionTLS12}
}

// visit is one IMAP conversation.
type visit struct {
	post   *Post
	conn   net.Conn
	in     *bufio.Reader
	out    *bufio.Writer
	sealed bool
	known  bool
	name   string // of the open folder
}

func (p *Post) converse(c net.Conn, sealed bool) {
	v := &visit{post: p, conn: c, sealed: sealed, in: bufio.NewReader(c), out: bufio.NewWriter(c)}
	defer func() { _ = v.conn.Close() }()
	v.say("* OK ready")
	for v.out.Flush() == nil {
		line, err := v.line()
		if err != nil {
			return
		}
		tag, rest, _ := strings.Cut(line, " ")
		verb, rest, _ := strings.Cut(rest, " ")
		if strings.EqualFold(verb, "UID") {
			verb, rest, _ = strings.Cut(rest, " ")
		}
		verb = strings.ToUpper(verb)
		f := p.fault()
		if f.Cut == verb || !v.command(tag, verb, rest) || f.CutAfter == verb {
			return
		}
	}
}

// line reads a command with the literals in it, which stand as quoted strings then.
func (v *visit) line() (string, error) {
	whole := ""
	for {
		line, err := v.in.ReadString('\n')
		if err != nil {
			return "", err
		}
		line = strings.TrimRight(line, "\r\n")
		at := strings.LastIndexByte(line, '{')
		if at < 0 || !strings.HasSuffix(line, "}") {
			return whole + line, nil
		}
		size, err := strconv.Atoi(strings.TrimSuffix(line[at+1:len(line)-1], "+"))
		if err != nil || size > 1<<16 {
			return "", fmt.Errorf("literal of %d", size)
		}
		if !strings.HasSuffix(line, "+}") {
			v.say("+ go on")
			_ = v.out.Flush()
		}
		raw := make([]byte, size)
		for n := range raw {
			if raw[n], err = v.in.ReadByte(); err != nil {
				return "", err
			}
		}
		whole += line[:at] + strconv.Quote(string(raw))
	}
}

func (v *visit) say(format string, args ...any) { _, _ = fmt.Fprintf(v.out, format+"\r\n", args...) }

// command carries one out; false to hang up.
func (v *visit) command(tag, verb, rest string) bool {
	switch {
	case verb == "CAPABILITY":
		v.say("* CAPABILITY IMAP4rev1%s", v.abilities())
	case verb == "NOOP":
	case verb == "LOGOUT":
		v.say("* BYE see you")
		v.say("%s OK bye", tag)
		_ = v.out.Flush()
		return false
	case verb == "STARTTLS" && !v.sealed && !v.post.fault().Plain:
		return v.seal(tag)
	case verb == "LOGIN" && v.sealed:
		a := arguments(rest)
		if len(a) != 2 || a[0] != v.post.user || a[1] != v.post.password || v.post.fault().Locked {
			v.say("%s NO [AUTHENTICATIONFAILED] wrong name or password", tag)
			return true
		}
		v.known = true
	case !v.known:
		v.say("%s BAD not in this order", tag)
		return true
	default:
		if why := v.inside(verb, rest); why != "" {
			v.say("%s %s", tag, why)
			return true
		}
	}
	v.say("%s OK done", tag)
	return true
}

func (v *visit) abilities() string {
	all := ""
	if !v.sealed && !v.post.fault().Plain {
		all += " STARTTLS LOGINDISABLED"
	}
	if !v.post.fault().NoMove {
		all += " MOVE UIDPLUS"
	}
	return all
}

func (v *visit) seal(tag string) bool {
	v.say("%s OK go on", tag)
	if v.out.Flush() != nil {
		return false
	}
	c := tls.Server(v.conn, v.post.tls())
	if c.Handshake() != nil {
		return false
	}
	v.conn, v.in, v.out, v.sealed = c, bufio.NewReader(c), bufio.NewWriter(c), true
	return true
}

// inside carries out what only who signed in may do, and says what is wrong.
func (v *visit) inside(verb, rest string) string {
	v.post.mu.Lock()
	defer v.post.mu.Unlock()
	a := arguments(rest)
	f := v.post.folders[v.name]
	switch {
	case (verb == "SELECT" || verb == "STATUS") && (len(a) == 0 || v.post.folders[a[0]] == nil):
		return "NO [NONEXISTENT] no such folder"
	case verb == "STATUS":
		v.say("* STATUS %s (MESSAGES %d)", strconv.Quote(a[0]), len(v.post.folders[a[0]].mails))
	case verb == "SELECT":
		v.name = a[0]
		f = v.post.folders[v.name]
		v.say("* FLAGS (\\Seen \\Deleted)")
		v.say("* %d EXISTS", len(f.mails))
		v.say("* OK [UIDVALIDITY %d] yes", f.validity)
		v.say("* OK [UIDNEXT %d] next", f.next)
	case f == nil:
		return "BAD no folder is open"
	case verb == "SEARCH":
		return v.search(f, rest)
	case verb == "FETCH":
		v.fetch(f, rest)
	case verb == "STORE":
		v.each(f, a, func(m *Posted) {
			m.Seen = m.Seen || strings.Contains(rest, `\Seen`)
			m.Deleted = m.Deleted || strings.Contains(rest, `\Deleted`)
		})
	case verb == "COPY" || verb == "MOVE" && !v.post.faults.NoMove:
		return v.carry(f, a, verb == "MOVE")
	case verb == "EXPUNGE":
		f.drop(func(m Posted) bool { return m.Deleted })
	default:
		return "BAD unknown command"
	}
	return ""
}

func (f *folder) drop(gone func(Posted) bool) { f.mails = slices.DeleteFunc(f.mails, gone) }

func (v *visit) each(f *folder, a []string, do func(m *Posted)) {
	for n := range f.mails {
		if len(a) > 0 && within(a[0], f.mails[n].UID, f) {
			do(&f.mails[n])
		}
	}
}

func (v *visit) carry(f *folder, a []string, move bool) string {
	if len(a) < 2 || v.post.folders[a[1]] == nil {
		return "NO [TRYCREATE] no such folder"
	}
	v.each(f, a, func(m *Posted) {
		to := v.post.folders[a[1]]
		to.put(m.Raw, m.Arrived)
		to.mails[len(to.mails)-1].Seen = m.Seen
	})
	if move {
		f.drop(func(m Posted) bool { return within(a[0], m.UID, f) })
	}
	return ""
}

// search knows UID and SINCE.
func (v *visit) search(f *folder, rest string) string {
	a := arguments(strings.Trim(rest, "()"))
	all := ""
	for _, m := range f.mails {
		fits := true
		for n := 0; n+1 < len(a); n += 2 {
			switch strings.ToUpper(a[n]) {
			case "UID":
				fits = fits && within(a[n+1], m.UID, f)
			case "SINCE":
				day, err := time.Parse("2-Jan-2006", a[n+1])
				fits = fits && err == nil && !m.Arrived.Before(day)
			default:
				return "BAD unknown search " + a[n]
			}
		}
		if fits {
			all += " " + strconv.FormatUint(uint64(m.UID), 10)
		}
	}
	v.say("* SEARCH%s", all)
	return ""
}

func (v *visit) fetch(f *folder, rest string) {
	which, what, _ := strings.Cut(rest, " ")
	for n, m := range f.mails {
		if !within(which, m.UID, f) {
			continue
		}
		_, _ = fmt.Fprintf(v.out, "* %d FETCH (UID %d", n+1, m.UID)
		if strings.Contains(what, "INTERNALDATE") {
			_, _ = fmt.Fprintf(v.out, " INTERNALDATE %q", m.Arrived.Format("_2-Jan-2006 15:04:05 -0700"))
		}
		if strings.Contains(what, "RFC822.SIZE") {
			_, _ = fmt.Fprintf(v.out, " RFC822.SIZE %d", len(m.Raw))
		}
		if _, part, ok := strings.Cut(what, "BODY.PEEK[]<0."); ok {
			most, _, _ := strings.Cut(part, ">")
			size, _ := strconv.Atoi(most)
			raw := m.Raw[:min(size, len(m.Raw))]
			_, _ = fmt.Fprintf(v.out, " BODY[]<0> {%d}\r\n%s", len(raw), raw)
		}
		v.say(")")
	}
}

// within says whether a number is in a set such as 1:3,7,9:*.
func within(set string, uid uint32, f *folder) bool {
	number := func(s string) uint32 {
		if s == "*" {
			if len(f.mails) == 0 {
				return 0
			}
			return f.mails[len(f.mails)-1].UID
		}
		n, _ := strconv.ParseUint(s, 10, 32)
		return uint32(n)
	}
	for piece := range strings.SplitSeq(set, ",") {
		from, until, ranged := strings.Cut(piece, ":")
		low, high := number(from), number(from)
		if ranged {
			high = number(until)
		}
		if min(low, high) <= uid && uid <= max(low, high) {
			return true
		}
	}
	return false
}

// arguments are words and quoted strings.
func arguments(rest string) (all []string) {
	for rest = strings.TrimSpace(rest); rest != ""; rest = strings.TrimSpace(rest) {
		if rest[0] != '"' {
			var one string
			one, rest, _ = strings.Cut(rest, " ")
			all = append(all, one)
			continue
		}
		quoted, err := strconv.QuotedPrefix(rest)
		if err != nil {
			return all
		}
		one, _ := strconv.Unquote(quoted)
		all, rest = append(all, one), rest[len(quoted):]
	}
	return all
}
