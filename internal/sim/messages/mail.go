package messages

import (
	"bufio"
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"fmt"
	"io"
	"math/big"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"net/textproto"
	"strings"
	"time"
)

// MailServer is a mail server that takes mail under TLS alone.
type MailServer struct {
	inboxes     *Server
	certificate tls.Certificate
	Roots       *x509.CertPool // whoever trusts these trusts the server
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

func (t *talk) say(line string) { _ = t.text.PrintfLine("%s", line) }

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
		t.say("235 2.7.0 welcome")
	case verb == "MAIL":
		t.from, t.to = bracketed(rest), nil
		t.say("250 fine")
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

func (t *talk) rcpt(rest string) {
	switch f := t.faults(); {
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

func (s *Server) takeMail(from string, to []string, raw []byte) error {
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return err
	}
	body, err := decodeBody(m)
	if err != nil {
		return err
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls++
	for _, one := range to {
		s.put(Item{Kind: "email", To: one, From: from, Subject: subject, Text: body, ID: m.Header.Get("Message-ID")})
	}
	return nil
}

func bracketed(s string) string {
	_, rest, _ := strings.Cut(s, "<")
	inner, _, _ := strings.Cut(rest, ">")
	return inner
}

func decodeBody(m *mail.Message) (string, error) {
	encoding := strings.ToLower(m.Header.Get("Content-Transfer-Encoding"))
	body, err := io.ReadAll(decoder(encoding, m.Body))
	if err != nil {
		return "", fmt.Errorf("%s: %w", encoding, err)
	}
	return strings.TrimSpace(string(body)), nil
}
func decoder(encoding string, body io.Reader) io.Reader {
	switch encoding {
	case "quoted-printable":
		return quotedprintable.NewReader(body)
	case "base64":
		return base64.NewDecoder(base64.StdEncoding, body)
	}
	return body
}
