package mailbox

import (
	"log/slog"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"mtandao/internal/fault"
)

// Safety is how the line to a server is sealed. There is none without.
type Safety string

// The ways.
const (
	TLS      Safety = "tls"      // from the start, usually port 993
	StartTLS Safety = "starttls" // begun in the clear, usually port 143
)

// Account is a mailbox and who reads it, the password in the clear; it never prints more than its host and folder.
type Account struct {
	Host     string
	Port     int // 0: what is usual
	Safety   Safety
	User     string
	Password string
	Folder   string // empty: INBOX
	Done     string // the folder to which e-mails go that were read; empty: they stay, marked as seen
}

// String names an account without its secrets.
func (a Account) String() string { return a.Host + " " + a.folder() }

// GoString implements fmt.GoStringer.
func (a Account) GoString() string { return a.String() }

// LogValue implements slog.LogValuer.
func (a Account) LogValue() slog.Value { return slog.StringValue(a.String()) }

func (a Account) folder() string {
	if a.Folder == "" {
		return "INBOX"
	}
	return a.Folder
}

func (a Account) port() int {
	switch {
	case a.Port != 0:
		return a.Port
	case a.Safety == StartTLS:
		return 143
	}
	return 993
}

var hostShape = regexp.MustCompile(`^[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$`)

// Check says what is wrong with an account: fault.Invalid "mailbox.host", "mailbox.safety", "mailbox.user", "mailbox.password" or "mailbox.folder".
func (a Account) Check() error {
	bad := func(key string) error { return fault.New(fault.Invalid, key) }
	switch {
	case !hostShape.MatchString(a.Host) || a.Port < 0 || a.Port > 65535:
		return bad("mailbox.host")
	case a.Safety != TLS && a.Safety != StartTLS:
		return bad("mailbox.safety")
	case !line(a.User, 1, 254):
		return bad("mailbox.user")
	case !line(a.Password, 1, 500):
		return bad("mailbox.password")
	case !line(a.Folder, 0, 200) || !line(a.Done, 0, 200) || a.Done != "" && strings.EqualFold(a.Done, a.folder()):
		return bad("mailbox.folder")
	}
	return nil
}

func line(s string, least, most int) bool {
	return len(s) >= least && len(s) <= most && utf8.ValidString(s) && !strings.ContainsFunc(s, unicode.IsControl)
}
