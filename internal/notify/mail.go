package notify

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/wneessen/go-mail"
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

func (p *post) letter(l letter) (*mail.Msg, error) {
	m := mail.NewMsg()
	if err := m.From(p.carrier.Sender); err != nil {
		return nil, err
	}
	if err := m.To(l.to); err != nil {
		return nil, err
	}
	_, host, _ := strings.Cut(p.carrier.Sender, "@")
	m.SetMessageIDWithValue(fmt.Sprintf("%d@%s", l.id, host))
	m.SetDate()
	m.Subject(oneLine(l.content.Subject))
	m.SetGenHeader(mail.Header("Auto-Submitted"), "auto-generated")
	m.SetBodyString(mail.TypeTextPlain, l.content.Text)
	return m, nil
}

// oneLine keeps a subject from becoming headers.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

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
		return outcome{verdict: notLeft, reason: "no_connection"}
	}
	defer client.Close()
	err = client.Send(m)
	if m.IsDelivered() {
		return outcome{verdict: accepted}
	}
	return mailOutcome(err)
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
