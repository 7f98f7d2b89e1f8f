package witness

import (
	"context"
	"fmt"
)

// Tell says, in words that name the row, what is not as it was written, or is not in the books what it is in the tables.
type Tell func(format string, args ...any)

// To tells see.
func To(see func(what string)) Tell {
	return func(format string, args ...any) { see(fmt.Sprintf(format, args...)) }
}

// mostLooks at what is found wrong.
const mostLooks = 3

// Steady tells see what look finds wrong each time: something may change between its readings, so that it looks again before that counts.
func Steady(see func(what string), look func(tell Tell) error) error {
	var told []string
	for n := 0; n == 0 || n < mostLooks && len(told) > 0; n++ {
		told = nil
		if err := look(To(func(what string) { told = append(told, what) })); err != nil {
			return err
		}
	}
	for _, what := range told {
		see(what)
	}
	return nil
}

// TellGone tells which rows were kept and are not there any more; what is what one of them is.
func (w *Witness) TellGone(ctx context.Context, tell Tell, what string) error {
	ids, err := w.Gone(ctx)
	for _, id := range ids {
		tell("%s %d is gone", what, id)
	}
	return err
}
