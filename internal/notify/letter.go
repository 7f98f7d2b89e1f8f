package notify

import (
	"context"
	_ "embed"
	"html/template"
	"strings"

	"mtandao/themes"
)

// Letter is what an e-mail says: its plain text and its HTML part are both made of it.
type Letter struct {
	Lang          string // of the HTML part
	Heading, Text string // Text: paragraphs with an empty line between
	Facts         []Fact
	Button, Link  string // empty: no link
	Foot          string
	Stop          string // an address that stops such letters when something is posted to it (RFC 8058); empty: none
}

// Fact is a name and what stands beside it; a Strong one matters most.
type Fact struct {
	Name, Value string
	Strong      bool
}

// Look is whose e-mail it is: a brand's tokens.
type Look struct {
	Name     string
	FromName string // empty: Name
	From     string // empty: the mail server's own address
	ReplyTo  string // empty: answers go to where it is from
	Colours  themes.Tokens
	Logo     []byte // PNG; empty: the name stands alone
}

// File is what goes with an e-mail.
type File struct {
	Name, Type string
	Bytes      []byte
}

//go:embed letter.html
var letterFile string

var letterPage = template.Must(template.New("letter").Parse(letterFile))

// text is the letter for who reads no HTML.
func (l *Letter) text() string {
	parts := []string{l.Heading, l.Text}
	var facts []string
	for _, f := range l.Facts {
		facts = append(facts, f.Name+": "+f.Value)
	}
	parts = append(parts, strings.Join(facts, "\n"))
	if l.Link != "" {
		parts = append(parts, l.Button+":\n"+l.Link)
	}
	parts = append(parts, l.Foot)
	var some []string
	for _, p := range parts {
		if p = strings.TrimSpace(p); p != "" {
			some = append(some, p)
		}
	}
	return strings.Join(some, "\n\n")
}

// html is the letter in the look of a brand. It loads nothing from anywhere: the logo comes with it.
func (l *Letter) html(look Look) (string, error) {
	if look.Colours == (themes.Tokens{}) {
		look.Colours = themes.Pour("", "", "", "")
	}
	var paragraphs []string
	for p := range strings.SplitSeq(l.Text, "\n\n") {
		if p = strings.TrimSpace(p); p != "" {
			paragraphs = append(paragraphs, p)
		}
	}
	var out strings.Builder
	err := letterPage.Execute(&out, struct {
		*Letter
		Look       Look
		Paragraphs []string
		HasLogo    bool
	}{l, look, paragraphs, len(look.Logo) > 0})
	return out.String(), err
}

// letter is a message as its driver needs it, with its paper.
func (s *Service) letter(ctx context.Context, m stored, c Carrier) (l letter, err error) {
	l = letter{id: m.ID, to: m.To, sender: c.senderOf(m.Purpose, m.content.Sender), content: m.content}
	if m.Channel != Email {
		return l, nil
	}
	if s.Look != nil {
		l.look = s.Look(m.content.SiteID)
	}
	files := s.papers
	if m.Purpose == ForReport {
		files = s.reports
	}
	if m.content.Paper != 0 && files != nil {
		l.file, err = files(ctx, m.content.Paper)
	}
	return l, err
}
