package mailbox

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"
)

// Mail is an e-mail as a person reads it.
type Mail struct {
	ID       string // its Message-ID without brackets; empty: it has none
	FromName string
	From     string // in small letters; empty when it does not say, or not readably. Anybody can write anything here.
	Subject  string
	Answers  []string // the Message-IDs that it says it answers, the nearest first
	At       time.Time
	Text     string
	Quoted   string // what it repeats of earlier e-mails, each line after a ">"
	Files    []File
	Auto     Automatic
	Cut      bool   // there is more of it in the mailbox than was read
	Garbled  bool   // something in it could not be read
	Digest   string // the same for the same e-mail, however often and under whatever number it is found
}

// File is what came with an e-mail.
type File struct {
	Name, Type string // as the e-mail says: anybody can write anything here
	Size       int64  // bytes; of a cut e-mail what was read of it
	Cut        bool   // the e-mail was cut within it
	Body       []byte
}

// Automatic is why an e-mail is no person's; empty: a person may have written it.
type Automatic string

// The reasons.
const (
	AutoReply Automatic = "auto" // it says so itself
	Bulk      Automatic = "bulk" // a mailing list, a newsletter
	Bounce    Automatic = "bounce"
)

// The bounds.
const (
	mostHeader  = 256 << 10
	mostText    = 200 << 10
	mostSubject = 300
	mostName    = 120
	mostDepth   = 8
	mostParts   = 200
	mostFiles   = 30
	mostAnswers = 30
	mostID      = 250
	mostAddress = 254
)

// Read reads an e-mail. Whole is how long it is in the mailbox, where more may lie than raw.
func Read(raw []byte, whole int64) Mail {
	head, body := split(raw)
	r := reader{short: whole > int64(len(raw))}
	r.m.Cut = r.short
	r.heading(head)
	r.part(head, body, 0)
	if n := len(r.m.Files); r.short && r.within {
		r.m.Files[n-1].Cut = true
	}
	r.finish()
	sum := sha256.New()
	if r.m.ID == "" {
		sum.Write(raw)
	} else {
		for _, s := range []string{r.m.ID, r.m.From, r.m.Subject, r.m.Text, r.m.Quoted} {
			sum.Write([]byte(s + "\x00"))
		}
	}
	r.m.Digest = hex.EncodeToString(sum.Sum(nil))
	return r.m
}

// reader gathers what is read of one e-mail.
type reader struct {
	m           Mail
	plain, html strings.Builder
	parts       int
	within      bool // what was read last is the last file
	short       bool // there is more of it in the mailbox
}

// finish makes the words of a person of the parts.
func (r *reader) finish() {
	text := r.plain.String()
	if strings.TrimSpace(text) == "" {
		text = words(r.html.String())
	}
	r.m.Text, r.m.Quoted = fold(tidy(text))
}
