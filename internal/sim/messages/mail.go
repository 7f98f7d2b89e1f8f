package messages

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/textproto"
	"strings"
	"time"
)

// MailServer is a mail server that takes mail under TLS alone.
type MailServer struct {
	inboxes     *Server
	certificate tls.Certificate
	Roots       *x509.CertPool // whoever trusts these trusts the server
	PEM         []byte         // the same, for another program
}

// NewMailServer makes a mail server for the name localhost and the address 127.0.0.1.
func (s *Server) NewMailServer() (*MailServer, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	now := s.opt.Clock.Now()
	about := x509.Certificate{SerialNumber: big.NewInt(now.UnixNano()), Subject: pkix.Name{CommonName: "localhost"}, NotBefore: time.Unix(0, 0),
		NotAfter: now.AddDate(50, 0, 0), DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, &about, &about, &key.PublicKey, key)
	if err != nil {
		return nil, err
	}
	m := &MailServer{inboxes: s, certificate: tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, Roots: x509.NewCertPool()}
	m.PEM = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	parsed, err := x509.ParseCertificate(der)
	if err == nil {
		m.Roots.AddCert(parsed)
	}
	return m, err
}

// Serve answers until the listener is closed.
func (m *MailServer) Serve(l net.Listener) {
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		go m.talk(c)
	}
}

// talk is one SMTP conversation.
type talk struct {
	server *MailServer
	conn   net.Conn
	text   *textproto.Conn
	secure bool
	known  bool // has signed in
	from   string
	to     []string
}

func (m *MailServer) talk(c net.Conn) {
	t := &talk{server: m, conn: c, text: textproto.NewConn(c)}
	defer func() { _ = t.conn.Close() }()
	_ = c.SetDeadline(time.Time{})
	t.say("220 localhost ready")
	for {
		line, err := t.text.ReadLine()
		if err != nil || !t.command(line) {
			return
		}
	}
}

func (t *talk) say(line string) {
	if t.faults().SlowMail {
		time.Sleep(2 * time.Second)
	}
	_ = t.text.PrintfLine("%s", line)
}

// command answers one line; false to hang up.
func (t *talk) command(line string) bool {
	verb, rest, _ := strings.Cut(line, " ")
	switch verb = strings.ToUpper(verb); {
	case verb == "EHLO" || verb == "HELO":
		t.say("250-localhost")
		if t.secure {
			t.say("250-AUTH PLAIN")
		} else {
			t.say("250-STARTTLS")
		}
		t.say("250 8BITMIME")
	case verb == "STARTTLS":
		return t.startTLS()
	case verb == "QUIT":
		t.say("221 bye")
		return false
	case verb == "NOOP", verb == "RSET":
		t.say("250 fine")
	case !t.secure:
		t.say("530 5.7.0 STARTTLS first")
	case verb == "AUTH":
		t.signIn(rest)
	case !t.known && t.server.inboxes.opt.MailUser != "":
		t.say("530 5.7.0 sign in first")
	case verb == "MAIL":
		t.from, t.to = bracketed(rest), nil
		t.say("250 fine")
	case verb == "RCPT" && t.from == "", verb == "DATA" && len(t.to) == 0:
		t.say("503 5.5.1 not in this order")
	case verb == "RCPT":
		t.rcpt(rest)
	case verb == "DATA":
		return t.data()
	default:
		t.say("502 no such command")
	}
	return true
}

func (t *talk) startTLS() bool {
	t.say("220 go on")
	secured := tls.Server(t.conn, &tls.Config{Certificates: []tls.Certificate{t.server.certificate}, MinVersion: tls.VersionTLS12})
	if secured.Handshake() != nil {
		return false
	}
	t.conn, t.text, t.secure = secured, textproto.NewConn(secured), true
	return true
}

func (t *talk) faults() Faults {
	t.server.inboxes.mu.Lock()
	defer t.server.inboxes.mu.Unlock()
	return t.server.inboxes.faults
}

// signIn reads AUTH PLAIN, RFC 4616.
func (t *talk) signIn(rest string) {
	mechanism, first, _ := strings.Cut(rest, " ")
	raw, err := base64.StdEncoding.DecodeString(first)
	parts := strings.Split(string(raw), "\x00")
	o := t.server.inboxes.opt
	switch {
	case !strings.EqualFold(mechanism, "PLAIN") || err != nil || len(parts) != 3:
		t.say("504 5.5.4 PLAIN alone, with its answer")
	case o.MailUser != "" && (parts[1] != o.MailUser || parts[2] != o.MailPassword):
		t.say("535 5.7.8 wrong name or password")
	default:
		t.known = true
		t.say("235 2.7.0 welcome")
	}
}

// stranger says whether a sender has never written to an address before.
func (t *talk) stranger(to string) bool {
	t.server.inboxes.mu.Lock()
	defer t.server.inboxes.mu.Unlock()
	pair := t.from + " " + to
	seen := t.server.inboxes.seen[pair]
	t.server.inboxes.seen[pair] = true
	return !seen
}

func (t *talk) rcpt(rest string) {
	switch f := t.faults(); {
	case f.GreyMail && t.stranger(bracketed(rest)):
		t.say("451 4.7.1 greylisted, come again")
	case f.TemporaryMail:
		t.say("451 4.3.0 try later")
	case f.RefusedMail:
		t.say("550 5.1.1 no such mailbox")
	default:
		t.to = append(t.to, bracketed(rest))
		t.say("250 fine")
	}
}

func (t *talk) data() bool {
	t.say("354 go on")
	raw, err := io.ReadAll(bufio.NewReader(t.text.DotReader()))
	if err != nil {
		return false
	}
	if err := t.server.inboxes.takeMail(t.from, t.to, raw); err != nil {
		t.say("554 5.6.0 unreadable")
		return true
	}
	if t.faults().DroppedMail {
		return false
	}
	t.say("250 2.0.0 taken")
	return true
}

func bracketed(s string) string {
	_, rest, _ := strings.Cut(s, "<")
	inner, _, _ := strings.Cut(rest, ">")
	return inner
}
