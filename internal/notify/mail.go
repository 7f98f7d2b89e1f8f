package notify

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	netmail "net/mail"
	"net/textproto"
	"strconv"
	"strings"
	"unicode"

	"github.com/wneessen/go-mail"

	"mtandao/internal/fault"
)

// post is the e-mail driver: SMTP with TLS, never without.
type post struct {
	carrier Carrier
	roots   *x509.CertPool
}

const tlsPort = 465

func (p *post) client() (*mail.Client, error) {
	port := p.carrier.Port
	if port == 0 {
		port = mail.DefaultPortTLS
	}
	options := []mail.Option{mail.WithTimeout(callTimeout), mail.WithPort(port), mail.WithTLSConfig(&tls.Config{ServerName: p.carrier.Host, RootCAs: p.roots, MinVersion: tls.VersionTLS12})}
	if port == tlsPort {
		options = append(options, mail.WithSSL())
	} else {
		options = append(options, mail.WithTLSPolicy(mail.TLSMandatory))
	}
	if p.carrier.Username != "" {
		options = append(options, mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover), mail.WithUsername(p.carrier.Username), mail.WithPassword(p.carrier.Secret))
	}
	return mail.NewClient(p.carrier.Host, options...)
}

// letter writes an e-mail. Its Message-ID is the same however often it is sent.
func (p *post) letter(l letter) (*mail.Msg, error) {
	m := mail.NewMsg()
	m.FromMailAddress(&netmail.Address{Name: oneLine(cmp.Or(l.look.FromName, l.look.Name)), Address: cmp.Or(l.look.From, p.carrier.Sender)})
	if err := m.EnvelopeFrom(p.carrier.Sender); err != nil { // where what cannot be delivered comes back to, and whom the server vouches for
		return nil, err
	}
	if err := m.To(l.to); err != nil {
		return nil, err
	}
	p.address(m, l)
	m.SetDate()
	m.Subject(oneLine(l.content.Subject))
	m.SetBodyString(mail.TypeTextPlain, l.content.Text)
	if l.content.Letter != nil {
		if stop := l.content.Letter.Stop; stop != "" {
			m.SetGenHeader(mail.HeaderListUnsubscribe, "<"+stop+">")
			m.SetGenHeader(mail.HeaderListUnsubscribePost, "List-Unsubscribe=One-Click")
		}
		html, err := l.content.Letter.html(l.look)
		if err != nil {
			return nil, err
		}
		m.AddAlternativeString(mail.TypeTextHTML, html)
		if len(l.look.Logo) > 0 {
			m.EmbedReadSeeker("logo.png", bytes.NewReader(l.look.Logo), mail.WithFileContentID("logo"), mail.WithFileContentType("image/png"))
		}
	}
	if len(l.file.Bytes) > 0 {
		m.AttachReadSeeker(oneLine(l.file.Name), bytes.NewReader(l.file.Bytes), mail.WithFileContentType(mail.ContentType(l.file.Type)))
	}
	return m, nil
}

// address names the e-mail and the conversation that it belongs to, and says where it is answered to.
func (p *post) address(m *mail.Msg, l letter) {
	thread := Thread{}
	if l.content.Thread != nil {
		thread = *l.content.Thread
	}
	if to := cmp.Or(thread.ReplyTo, l.look.ReplyTo); to != "" {
		m.ReplyToMailAddress(&netmail.Address{Name: oneLine(l.look.Name), Address: to})
	}
	name := strconv.FormatInt(l.id, 10)
	if thread.Mark != "" {
		name += "." + thread.Mark
	}
	_, host, _ := strings.Cut(p.carrier.Sender, "@")
	m.SetMessageIDWithValue(name + "@" + host)
	if answers := oneLine(thread.Answers); answers != "" {
		m.SetGenHeader(mail.HeaderInReplyTo, "<"+answers+">")
		m.SetGenHeader(mail.HeaderReferences, "<"+answers+">")
	}
	switch {
	case thread.Person:
	case thread.Answers != "":
		m.SetGenHeader(mail.Header("Auto-Submitted"), "auto-replied")
	default:
		m.SetGenHeader(mail.Header("Auto-Submitted"), "auto-generated")
	}
}

// oneLine keeps a subject or a name from becoming headers.
func oneLine(s string) string {
	return strings.Join(strings.FieldsFunc(strings.ToValidUTF8(s, ""), func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }), " ")
}

// send dials, gives the message and closes; nothing is certain once its end was written and no answer came.
func (p *post) send(ctx context.Context, l letter) outcome {
	client, err := p.client()
	if err != nil {
		return outcome{verdict: refused, reason: "configuration"}
	}
	m, err := p.letter(l)
	if err != nil {
		return outcome{verdict: refused, reason: "address"}
	}
	if err := client.DialWithContext(ctx); err != nil {
		var said *textproto.Error
		if errors.As(err, &said) { // it answers, and does not let us in
			return outcome{verdict: notLeft, reason: "smtp_" + strconv.Itoa(said.Code)}
		}
		return outcome{verdict: notLeft, reason: "no_connection"}
	}
	defer client.Close()
	err = client.Send(m)
	if m.IsDelivered() {
		return outcome{verdict: accepted}
	}
	return mailOutcome(err)
}

// TryMail signs in to the mail server and leaves again; fault.NotFound "mail.none", fault.Denied "mail.sign_in", fault.Unavailable "mail.unreachable".
func (s *Service) TryMail(ctx context.Context) error {
	c, _, err := s.carrier(ctx, Email)
	if fault.Is(err, fault.NotFound) {
		return fault.New(fault.NotFound, "mail.none")
	}
	if err != nil {
		return err
	}
	client, err := (&post{carrier: c, roots: s.RootCAs}).client()
	if err == nil {
		err = client.DialWithContext(ctx)
	}
	var said *textproto.Error
	switch {
	case err == nil:
		return client.Close()
	case errors.As(err, &said) && said.Code >= 530 && said.Code < 540:
		return fault.Wrap(fault.Denied, "mail.sign_in", err)
	}
	return fault.Wrap(fault.Unavailable, "mail.unreachable", err, "Host", c.Host)
}

// mailOutcome tells by the step that failed and the server's code. A lost connection before the text was written is
// certain; after it, nothing is.
func mailOutcome(err error) outcome {
	var e *mail.SendError
	if !errors.As(err, &e) {
		return outcome{verdict: doubtful, reason: "no_answer"}
	}
	reason := "smtp_" + strconv.Itoa(e.ErrorCode())
	switch {
	case e.ErrorCode() >= 500:
		return outcome{verdict: refused, reason: reason}
	case e.ErrorCode() >= 400:
		return outcome{verdict: notLeft, reason: reason}
	case e.Reason == mail.ErrConnCheck, e.Reason == mail.ErrSMTPMailFrom, e.Reason == mail.ErrSMTPRcptTo, e.Reason == mail.ErrSMTPData:
		return outcome{verdict: notLeft, reason: "connection_lost"}
	}
	return outcome{verdict: doubtful, reason: "no_answer"}
}
