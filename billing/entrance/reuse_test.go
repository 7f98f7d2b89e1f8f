package entrance

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"mtandao/internal/fault"
)

// TestACodeSentAtOnceOpensOnce: one code comes from eight networks at the same moment, of the customer and of who read it over their shoulder. One is in, the others have the sentence of a wrong one,
// and nobody is let in by it again; a code that proves who is signed in opens no second door either.
func TestACodeSentAtOnceOpensOnce(t *testing.T) {
	each(t, func(d door) {
		c := d.customer("Asha", "0712000001")
		for round := range 5 {
			d.asks(c.Number)
			code := d.code()
			var in atomic.Int64
			var all sync.WaitGroup
			for n := range 8 {
				all.Go(func() {
					_, _, err := d.Enter(t.Context(), from(fmt.Sprintf("41.%d.%d.1", round, n)), c.Number, code)
					if err == nil {
						in.Add(1)
					} else if key := fault.KeyOf(err); key != "entry.wrong" && key != "pin.slow" {
						d.t.Error(err)
					}
				})
			}
			all.Wait()
			d.clock.Advance(time.Hour) // guesses are slowed down
			if in.Load() != 1 {
				d.t.Errorf("round %d: %d are in by one code", round, in.Load())
			}
		}
		_, in := d.in(c)
		d.asks(c.Number)
		if err := d.Prove(t.Context(), from("10.0.0.1"), in, c, d.code()); err != nil {
			d.t.Fatal(err)
		}
		if _, _, err := d.Enter(t.Context(), from("10.0.0.1"), c.Number, d.code()); fault.KeyOf(err) != "entry.wrong" {
			d.t.Error("the code of a proof opens the door:", err)
		}
	})
}
