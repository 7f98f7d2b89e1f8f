package notify

import (
	"fmt"
	"testing"
	"time"

	"mtandao/internal/fault"
	"mtandao/internal/sim/messages"
	"mtandao/internal/words"
)

func TestTheListIsReadInStretches(t *testing.T) {
	each(t, func(w *world) {
		w.sms()
		for n := range 7 {
			w.send(with(ForReceipt, fmt.Sprint(n), "Receipt"))
			if n%2 == 0 {
				w.clock.Advance(time.Second) // some share their time
			}
		}
		w.idle()
		w.sim.SetFaults(messages.Faults{FailAfter: true})
		unknown := w.send(with(ForReceipt, "unknown", "Receipt"))
		w.idle()
		seen := map[int64]bool{}
		page := Page{Limit: 3}
		for {
			lines, err := w.s.List(w.ctx, page)
			if err != nil {
				t.Fatal(err)
			}
			if len(lines) == 0 {
				break
			}
			for _, l := range lines {
				if seen[l.ID] {
					t.Errorf("%d twice", l.ID)
				}
				seen[l.ID] = true
			}
			last := lines[len(lines)-1]
			page.Before, page.BeforeID = last.CreatedAt, last.ID
		}
		if len(seen) != 8 {
			t.Errorf("%d of 8", len(seen))
		}
		w.clock.Advance(time.Hour)
		lines, err := w.s.List(w.ctx, Page{State: Unknown})
		if err != nil || len(lines) != 1 || lines[0].ID != unknown || lines[0].Age != time.Hour || lines[0].To != "0712 ••• 678" {
			t.Errorf("%+v %v", lines, err)
		}
		if _, n, _, err := w.s.Waiting(w.ctx); err != nil || n != 1 {
			t.Errorf("%d unknown: %v", n, err)
		}
	})
}

func TestACodeIsNeverShown(t *testing.T) {
	each(t, func(w *world) {
		_, _, text, err := w.s.Read(w.ctx, w.send(code("1")))
		if err != nil || text != "" {
			t.Error(text, err)
		}
		_, _, text, err = w.s.Read(w.ctx, w.send(with(ForReceipt, "2", "Your receipt")))
		if err != nil || text != "Your receipt" {
			t.Error(text, err)
		}
	})
}

func TestWaitingTellsTheOldest(t *testing.T) {
	each(t, func(w *world) {
		w.sms().sim.SetFaults(messages.Faults{Busy: true})
		w.send(with(ForReceipt, "1", "Receipt"))
		w.idle()
		w.sim.SetFaults(messages.Faults{})
		oldest, _, _, err := w.s.Waiting(w.ctx)
		if err != nil || oldest != 0 {
			t.Errorf("it waits for its next try, nobody waits for it: %v %v", oldest, err)
		}
	})
}

func TestATestMessageNamesWhoSentIt(t *testing.T) {
	each(t, func(w *world) {
		w.sms()
		if _, err := w.s.SendTest(w.ctx, SMS, testPhone, words.English, "", ""); !fault.Is(err, fault.Denied) {
			t.Error(err)
		}
		if _, err := w.s.SendTest(w.ctx, SMS, "0812", words.English, "Asha", ""); fault.KeyOf(err) != "message.address" {
			t.Error(err)
		}
		id, err := w.s.SendTest(w.ctx, SMS, "0712345678", words.English, "Asha", "10.0.0.1")
		if err != nil {
			t.Fatal(err)
		}
		w.idle()
		w.is(id, Sent, "", 1)
		w.phone("Mtandao: this is a test message, sent at 12:00.")
	})
}
