package bulk

import (
	"encoding/json"

	"mtandao/internal/fault"
)

// Wish is the plan that lines are to have, and from when.
type Wish struct {
	Plan  string
	Level string
	AtEnd bool // of the period that runs; else now
	Keep  bool // what is paid for lasts as long as before, and the difference is paid or given back; else it becomes more time or less
}

// Argument is a wish as a run keeps it.
func (w Wish) Argument() string {
	b, _ := json.Marshal(w) // texts and truths
	return string(b)
}

// ReadWish reads what Argument wrote; of anything else it is the zero Wish.
func ReadWish(argument string) (w Wish) {
	_ = json.Unmarshal([]byte(argument), &w)
	return w
}

// Price is what an object costs, in cents: in a period before and after, and what is taken now; below zero it is given back.
type Price struct{ Was, Is, Now int64 }

// Sums is what the prices of a run's objects come to: more or less in a period, taken now and given back now.
type Sums struct{ Count, Rise, Taken, Back int64 }

// CostsElse is said of an object whose money is not what the preview told.
func CostsElse() error { return fault.New(fault.Conflict, "bulk.costs_else") }
