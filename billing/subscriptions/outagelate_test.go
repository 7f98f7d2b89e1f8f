package subscriptions

import (
	"context"
	"testing"
)

// TestAnOutageBeforeALapse that is proven only when the line had run out: whether it was renewed meanwhile, within the day or weeks later, is renewed then, or never
// again, its minutes are had once, and as if they had never been given when the outage is undone.
func TestAnOutageBeforeALapse(t *testing.T) {
	each(t, func(w *shop) {
		ctx := context.Background()
		for _, c := range []struct {
			what            string
			from, until     string // of the outage
			renewed, proven string
			before, then    string // the end before it is proven, and then
			again, last     string // renewed once more, and until when that lasts
		}{
			{"renewed late", "2027-02-12 08:00", "2027-02-12 20:00", "2027-02-15 09:00", "2027-02-17 09:00", "2027-03-15 12:00", "2027-03-16 12:00", "2027-03-10 09:00", "2027-04-16 12:00"},
			{"renewed late, with more than noon adds", "2027-02-10 08:00", "2027-02-11 14:00", "2027-02-15 09:00", "2027-02-17 09:00", "2027-03-15 12:00", "2027-03-17 12:00", "2027-03-10 09:00", "2027-04-17 12:00"},
			{"renewed before its new end would have been", "2027-02-12 18:00", "2027-02-12 21:15", "2027-02-13 18:00", "2027-02-15 09:00", "2027-03-14 12:00", "2027-03-14 12:00", "2027-03-10 09:00", "2027-04-14 12:00"},
			{"proven after its new end would have been", "2027-02-12 08:00", "2027-02-12 20:00", "", "2027-02-16 18:00", "2027-02-13 12:00", "2027-02-17 12:00", "2027-02-16 20:00", "2027-03-17 12:00"},
			{"within what noon added", "2027-02-12 08:00", "2027-02-12 10:30", "", "2027-02-13 13:00", "2027-02-13 12:00", "2027-02-13 12:00", "2027-02-14 09:00", "2027-03-14 12:00"},
			{"it runs on", "2027-02-12 08:00", "2027-02-12 20:00", "", "2027-02-13 11:00", "2027-02-13 12:00", "2027-02-14 12:00", "2027-02-14 11:00", "2027-03-14 12:00"},
		} {
			w.clock.Set(morning)
			sub := w.line("home-10")
			w.pays(anne, 3000)
			w.clock.Set(at("2027-02-13 10:00"))
			w.tick()
			if c.renewed != "" {
				w.clock.Set(at(c.renewed))
				w.tick()
				w.pays(anne, 3000)
			}
			w.clock.Set(at(c.proven))
			w.tick()
			t.Log(c.what)
			w.ends(sub, c.before)
			cut := w.cut(5, at(c.from), at(c.until))
			w.suffers(cut)
			w.ends(sub, c.then)
			w.suffers(cut)
			w.ends(sub, c.then)
			w.prove(sub)
			_, err := w.takesBack(cut.ID)
			w.wants("undo", err, "")
			w.ends(sub, c.before)
			cut.ID = w.DB.ID()
			w.suffers(cut)
			w.ends(sub, c.then)
			w.clock.Set(at(c.again))
			w.tick()
			w.pays(anne, 3000)
			w.ends(sub, c.last)
			w.prove(sub)
			_, err = w.End(ctx, sub.ID, Ending{Reason: "leaves"}, office)
			w.wants("end", err, "")
		}
	})
}
