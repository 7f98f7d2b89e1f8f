package books

import (
	"strconv"
	"strings"
)

// Cause is what made an entry, or whose part of an account a side is: a kind of thing and its id.
type Cause struct {
	Kind string // one of those of Causes; empty when nothing can be told
	ID   int64
}

// Causes are the kinds of things that have a page.
var Causes = []string{"receipt", "refund", "grant", "invoice", "payback", "batch", "reseller", "partner", "customer", "subscription", "till", "line"}

// eventsOf are kinds of sources whose number is that of an event: the party of the same name says whose it is.
var eventsOf = map[string]string{"customer": "customer", "reseller": "reseller", "partner": "partner", "deed": "batch", "expiry": "batch", "voucher": "batch"}

// Cause is what made the entry.
func (e Entry) Cause() Cause {
	c := CauseOf(e.Source)
	party, event := eventsOf[kindOf(e.Source)]
	if !event {
		return c
	}
	for _, s := range e.Sides {
		if of := CauseOf(s.Party); of.Kind == party {
			return of
		}
	}
	if party == "batch" { // the voucher fed a grant, and the batch is not told
		for _, s := range e.Sides {
			if of := CauseOf(s.Party); of.Kind != "" {
				return of
			}
		}
	}
	return Cause{}
}

func kindOf(name string) string {
	kind, _, _ := strings.Cut(name, ":")
	return kind
}

// CauseOf reads what a source or a party names.
func CauseOf(name string) Cause {
	kind, rest, _ := strings.Cut(name, ":")
	number, _, _ := strings.Cut(rest, ":")
	id, err := strconv.ParseInt(number, 10, 64)
	if err != nil || id <= 0 {
		return Cause{}
	}
	for _, known := range Causes {
		if known == kind {
			return Cause{kind, id}
		}
	}
	return Cause{}
}
