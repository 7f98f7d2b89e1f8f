package invoices

import (
	"slices"
	"strconv"

	"mtandao/internal/clock"
	"mtandao/internal/money"
	"mtandao/internal/words"
)

// inMoney are the arguments of reasons that are amounts, in cents.
var inMoney = []string{"Price", "Sum", "Least", "Most", "Each", "Flat", "To", untaxedArg}

// Arguments that say more of a line: of use that came late, of what packs took off it, and of a price of which its taxes are not paid.
const (
	lateArg    = "Late"
	packsArg   = "Packs"
	untaxedArg = "Untaxed"
)

// inDays are those that are days.
var inDays = []string{"From", "Until", "Day"}

// CalledAndSays is a line in one sentence: what it is, and why it is charged.
func (l Line) CalledAndSays(lang words.Lang) string {
	return l.Called(lang) + ", " + words.GoesOn(l.Says(lang))
}

// Says is why the line is there, in words.
func (l Line) Says(lang words.Lang) string {
	if l.Why == "" {
		return ""
	}
	args := make([]any, len(l.Args))
	for n, text := range l.Args {
		args[n] = text
		if n%2 == 0 {
			continue
		}
		switch name := l.Args[n-1]; {
		case slices.Contains(inMoney, name):
			c, _ := strconv.ParseInt(text, 10, 64) // Compute has written it
			args[n] = money.KES(c).String()
		case slices.Contains(inDays, name):
			if d, ok := clock.ParseDay(text); ok {
				args[n] = words.DateOf(lang, d)
			}
		}
	}
	text := words.Text(lang, l.Why, args...)
	for _, more := range []struct{ arg, key string }{{packsArg, "invoice.why.packs"}, {lateArg, "invoice.why.late"}, {untaxedArg, "invoice.why.untaxed"}} {
		if n := slices.Index(l.Args, more.arg); n >= 0 && n%2 == 0 {
			text += ". " + words.Text(lang, more.key, args...)
		}
	}
	return text
}

// Called is what the line is for, in words: the name it has, or that of what it does.
func (l Line) Called(lang words.Lang) string {
	if l.Name != "" && l.Key != MinimumLine && l.Key != MaximumLine {
		return l.Name
	}
	return words.Text(lang, "invoice.line."+l.Key)
}

// Used is what a meter counted for the line and what of that its price includes, in units as people read them; false when nothing was measured.
func (l Line) Used() (used, included string, measured bool) {
	at := func(name string) string {
		if n := slices.Index(l.Args, name); n >= 0 && n%2 == 0 && n+1 < len(l.Args) {
			return l.Args[n+1]
		}
		return ""
	}
	if l.Why != "invoice.why.within" && l.Why != "invoice.why.packed" && l.Why != "invoice.why.used" && l.Why != "invoice.why.used_flat" {
		return "", "", false
	}
	return at("Used"), at("Included"), true
}
