package backoffice

import (
	"html/template"
	"strings"
	"unicode/utf8"

	"mtandao/internal/handbook"
	"mtandao/internal/words"
)

// frame is what the layout around each page needs. The page structs embed it.
type frame struct {
	Lang      words.Lang
	Title     string
	Provider  string
	Dark      bool
	Member    memberView // no name: nobody is signed in, and the page stands in the gate
	Nav       []navItem
	AtMore    bool
	Sites     []choice // empty when there is only one site to choose
	SiteName  string
	Search    string
	Crumbs    []crumb
	Notes     []note
	Languages []language
	Here      string // this page's address
	Help      handbook.Text
	Stamp     string
	Style     template.CSS
}

type memberView struct{ Name, Email, Initials string }

// navItem is a place in the rail; Far ones are under "more" on a phone. What stands below it is shown where it is Open.
type navItem struct {
	Label, Icon, Address   string
	Here, Far, Alarm, Open bool
	Count                  int // of what waits there
	Under                  []navItem
}

// Places are all of a group, itself first where it is a place.
func (n navItem) Places() []navItem {
	if n.Under[0].Address == n.Address {
		return n.Under
	}
	return append([]navItem{n.alone()}, n.Under...)
}

// Waiting is what is counted beside the name: of a group that is not open the alarms of its places, or else all that waits there.
func (n navItem) Waiting() navItem {
	all := n.alone()
	if n.Open {
		if len(n.Under) > 0 && n.Under[0].Address == n.Address {
			all.Count, all.Alarm = 0, false
		}
		return all
	}
	for _, u := range n.Under {
		switch {
		case u.Address == n.Address: // counted already
		case u.Alarm == all.Alarm:
			all.Count += u.Count
		case u.Alarm:
			all.Count, all.Alarm = u.Count, true
		}
	}
	return all
}

type crumb struct{ Name, Address string }

// note is a message above a page. Tone is good, warn, bad or empty; Undo is where its button takes it back.
type note struct{ Tone, Text, Undo string }

// Icon says the tone without colour.
func (n note) Icon() string { return toneIcon(n.Tone) }

// stateView is a word with a tone: the state of a record.
type stateView struct{ Tone, Text string }

// Icon says the tone without colour.
func (s stateView) Icon() string { return toneIcon(s.Tone) }

func toneIcon(tone string) string {
	switch tone {
	case "good":
		return "circle-check"
	case "warn":
		return "hourglass"
	case "bad":
		return "triangle-alert"
	}
	return ""
}

// blank is an empty list that says what it is for.
type blank struct{ Icon, Title, Text, Address, Button string }

type language struct {
	Lang          words.Lang
	Name, Address string
	Here          bool
}

// T is the text of a key in the page's language; args are name, value pairs.
func (f *frame) T(key string, args ...any) string { return words.Text(f.Lang, key, args...) }

// Initial stands in for a logo.
func (f *frame) Initial() string {
	r, _ := utf8.DecodeRuneInString(f.Provider)
	return strings.ToUpper(string(r))
}

func (f *frame) framed() *frame { return f }

// framed is a page: a struct that embeds frame.
type framed interface{ framed() *frame }

// initials are the first letters of the first and the last name.
func initials(name string) string {
	parts := strings.Fields(name)
	if len(parts) > 2 {
		parts = []string{parts[0], parts[len(parts)-1]}
	}
	var b strings.Builder
	for _, p := range parts {
		r, _ := utf8.DecodeRuneInString(p)
		b.WriteRune(r)
	}
	return strings.ToUpper(b.String())
}
