package app

import (
	"net/http"
	"net/url"
	"sync"
	"testing"

	"mtandao/billing/subscriptions"
	"mtandao/internal/db"
)

// TestFourFormsAtOnce: four windows of one customer each have a form of their own, and all are sent at once. A month has one extra day and one pause, a change of plan and a pack are had as often as
// their price was shown and paid, no answer is a failure of ours, and the books hold.
func TestFourFormsAtOnce(t *testing.T) {
	for _, dialect := range []string{db.SQLite, db.MySQL} {
		t.Run(dialect, func(t *testing.T) { fourForms(t, stageOn(t, dialect, 1)) })
	}
}

func fourForms(t *testing.T, s *Stage) {
	_, line, me := s.subscribed(t, "0711200002") // home-10, with 1,000 shillings of credit
	at := "/my/line/" + number(line.ID)
	count := func(kind subscriptions.Kind) (n int) {
		t.Helper()
		events, err := s.Main.Lines.Events(t.Context(), line.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range events {
			if e.Kind == kind {
				n++
			}
		}
		return n
	}
	// atOnce sends four forms, each as a window of its own has it; page leads to one from the page of the line.
	atOnce := func(kind subscriptions.Kind, path string, asked url.Values) {
		t.Helper()
		var forms [4]url.Values
		for n := range forms {
			forms[n] = formTo(t, me.opens(at), at+path)
			for name := range asked {
				forms[n].Set(name, asked.Get(name))
			}
			if asked != nil {
				forms[n] = formTo(t, me.again(at+path, forms[n], "Yes, do it"), at+path)
			}
		}
		before := count(kind)
		var taps sync.WaitGroup
		for _, fields := range forms {
			taps.Go(func() {
				if got := me.answer(http.MethodPost, at+path, fields); got.status >= 500 {
					t.Errorf("%s: %d", path, got.status)
				}
			})
		}
		taps.Wait()
		if n := count(kind) - before; n != 1 {
			t.Errorf("%s: done %d times", path, n)
		}
	}
	atOnce(subscriptions.AddOnTaken, "/addon", url.Values{"addon": {"data-50"}})
	atOnce(subscriptions.Extended, "/do/extend", nil)
	atOnce(subscriptions.Changed, "/plan", url.Values{"plan": {"home-30"}, "how": {"now"}})
	atOnce(subscriptions.PausedIt, "/do/pause", nil)
	atOnce(subscriptions.Resumed, "/do/resume", nil)
	if problems, err := s.Main.proofs().Prove(t.Context()); err != nil || len(problems) > 0 {
		t.Error(problems, err)
	}
}
