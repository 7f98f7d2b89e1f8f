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

// Arguments that say more of a line: of use that came late, and of a price of which its taxes are not paid.
const (
	lateArg    = "Late"
	untaxedArg = "Untaxed"
)

// inDays are those that are days.
var inDays = []string{"From", "Until", "Day"}

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
				args[n] = d.Start().In(clock.Nairobi).Format("02.01.2006")
			}
		}
	}
	text := words.Text(lang, l.Why, args...)
	if n := slices.Index(l.Args, lateArg); n >= 0 && n%2 == 0 {
		text += ". " + words.Text(lang, "invoice.why.late", args...)
	}
	if n := slices.Index(l.Args, untaxedArg); n >= 0 && n%2 == 0 {
		text += ". " + words.Text(lang, "invoice.why.untaxed", args...)
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
