package app

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/sim/safaricom"
)

// TestAResellerBuysFloatByAPrompt through the front door, with what Safaricom does wrong: one prompt for any number of taps, each shilling once,
// and never a page that does not say where the money is.
func TestAResellerBuysFloatByAPrompt(t *testing.T) {
	for _, dialect := range []string{db.SQLite, db.MySQL} {
		t.Run(dialect, func(t *testing.T) { floatStory(t, stageOn(t, dialect, 1)) })
	}
}

type buyer struct {
	*kiosk
	s    *Stage
	id   int64
	has  int64 // cents
	form url.Values
}

// asks sends the form once, and gives the page that it leads to.
func (b *buyer) asks(amount, want string) (at string) {
	b.t.Helper()
	shown := b.opens("/sell/settle?l=en")
	b.form = url.Values{"k": {stampField.FindStringSubmatch(shown)[1]}, "once": {onceField.FindStringSubmatch(shown)[1]}, "amount": {amount}, "phone": {"0722 100 001"}}
	answer, err := b.client.PostForm(b.base+"/sell/float", b.form)
	at = answer.Request.URL.Path
	b.reads(at, answer, err, want)
	return at
}

// gets waits for the float to be so much more, and for the page to say so.
func (b *buyer) gets(at string, shillings int64) {
	b.t.Helper()
	b.has += shillings * 100
	until(b.t, 40*time.Second, "the float", func() bool {
		r, err := b.s.Main.Resellers.Get(b.t.Context(), b.id)
		return err == nil && r.Balance.Cents == b.has
	})
	b.opens(at, "It is in your account")
	b.proves()
}

func (b *buyer) proves() {
	b.t.Helper()
	idle(b.t, b.s)
	problems, err := b.s.Main.proofs().Prove(b.t.Context())
	if err != nil || len(problems) > 0 {
		b.t.Error(problems, err)
	}
}

func floatStory(t *testing.T, s *Stage) {
	b := &buyer{kiosk: s.kiosk(t), s: s, id: s.seller(t)}
	b.sends("/sell/in", "/sell/in", url.Values{"phone": {"0722100001"}, "pin": {demoPIN}}, "Mama Njeri")
	r, err := s.Main.Resellers.Get(t.Context(), b.id)
	if err != nil {
		t.Fatal(err)
	}
	b.has = r.Balance.Cents
	var lock sync.Mutex
	rung, act := 0, safaricom.Approve
	s.Safaricom.AutoAnswer(func(safaricom.Prompt) safaricom.Answer {
		lock.Lock()
		defer lock.Unlock()
		rung++
		return safaricom.Answer{Act: act}
	})
	does := func(a safaricom.Act) { lock.Lock(); act = a; lock.Unlock() }
	b.asks("12.50", "Write whole shillings from KES 10 to KES 250,000.")
	b.asks("5", "Write whole shillings")
	if page := b.again("/sell/float", url.Values{"k": {b.form.Get("k")}, "once": {"x1"}, "amount": {"300"}, "phone": {"12"}}); !strings.Contains(page, `value="300"`) || !strings.Contains(page, `value="12"`) {
		t.Error("what was typed is lost:", page)
	}
	at := b.asks("500", "KES 500")
	var taps sync.WaitGroup
	for range 8 {
		taps.Go(func() {
			answer, err := b.client.PostForm(b.base+"/sell/float", b.form)
			if err != nil || answer.Request.URL.Path != at {
				t.Errorf("a second tap leads to %v, %v", answer, err)
			}
		})
	}
	taps.Wait()
	b.gets(at, 500)
	if rung != 1 {
		t.Errorf("eight taps rang %d times", rung)
	}
	b.opens("/sell/statement", "Paid in")

	does(safaricom.Cancel)
	at = b.asks("510", "KES 510")
	until(t, 20*time.Second, "the verdict", func() bool { return strings.Contains(b.opens(at), "You cancelled. No money was taken.") })
	b.opens(at, "Try again", "business number "+demoMerchant.ShortCode+", account R1001")
	does(safaricom.Approve)

	for n, f := range []safaricom.Faults{{DoubleCallback: true, ConfirmPushes: true}, {ConfirmPushes: true, Reorder: true}, {FailThenSucceed: true}, {DropAfterAccept: true}, {CallbackFirst: true}, {LoseCallback: true, ConfirmPushes: true},
		{LoseCallback: true}} {
		s.Safaricom.SetFaults(f)
		b.gets(b.asks(number(int64(600+n*10)), "KES 6"), int64(600+n*10))
	}
	s.Safaricom.SetFaults(safaricom.Faults{})
	s.payByHand(t, "254799000111", "R1001", 70)
	b.has += 7_000
	until(t, 20*time.Second, "what was paid by hand", func() bool {
		r, err := s.Main.Resellers.Get(t.Context(), b.id)
		return err == nil && r.Balance.Cents == b.has
	})

	s.Safaricom.SetFaults(safaricom.Faults{Busy: true})
	at = b.asks("700", "KES 700")
	until(t, 20*time.Second, "doubt", func() bool {
		return strings.Contains(b.opens(at), "Safaricom has not answered yet. Do not pay again.")
	})
	b.opens("/sell/settle", "A prompt of yours has no answer yet.")
	s.Safaricom.SetFaults(safaricom.Faults{})
	s.payByHand(t, "254799000111", s.floatCode(t, at), 300) // the order's own code, and less than was asked for: it is float all the same
	b.gets(at, 300)

	other := s.kiosk(t)
	s.landlord(t)
	other.opens(at, "Sign in to sell")
	for _, path := range []string{"/sell/float/1", "/sell/float/x"} {
		if answer, err := b.client.Get(b.base + path); err != nil || answer.StatusCode != http.StatusNotFound {
			t.Errorf("%s gives %v, %v", path, answer, err)
		}
	}
	b.proves()
}

// floatCode is the code of the order behind a page.
func (s *Stage) floatCode(t *testing.T, at string) (code string) {
	t.Helper()
	if err := s.Main.DB.SQL().QueryRow("SELECT code FROM orders WHERE id = ?", at[strings.LastIndex(at, "/")+1:]).Scan(&code); err != nil {
		t.Fatal(err)
	}
	return code
}
