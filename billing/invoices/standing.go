package invoices

import (
	"mtandao/internal/clock"
	"mtandao/internal/money"
)

// Standing is how a customer stands with what they owe.
type Standing struct {
	Open, Late money.Amount // Late is what of Open is due since before today
	Count      int64        // of invoices of which something is open
	Oldest     clock.Day    // the first day on which one of them was due; 0 when nothing is open
	Barred     bool         // kept from service over it
}

// LateBy is how many days the oldest of them is late; 0 when none is.
func (s Standing) LateBy(today clock.Day) int {
	if s.Count == 0 || today <= s.Oldest {
		return 0
	}
	return int(today - s.Oldest)
}
