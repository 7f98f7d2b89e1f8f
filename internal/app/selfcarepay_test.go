package app

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"mtandao/billing/customers"
	"mtandao/billing/invoices"
	"mtandao/internal/db"
	"mtandao/internal/money"
	"mtandao/internal/sim/safaricom"
)

// ringing keeps what rings on phones, and answers as it is told.
type ringing struct {
	lock sync.Mutex
	rung []safaricom.Prompt
	act  safaricom.Act
}

func (s *Stage) ringing(act safaricom.Act) *ringing {
	r := &ringing{act: act}
	s.Safaricom.AutoAnswer(func(p safaricom.Prompt) safaricom.Answer {
		r.lock.Lock()
		defer r.lock.Unlock()
		r.rung = append(r.rung, p)
		return safaricom.Answer{Act: r.act}
	})
	return r
}

func (r *ringing) does(act safaricom.Act) {
	r.lock.Lock()
	defer r.lock.Unlock()
	r.act = act
}

func (r *ringing) all() []safaricom.Prompt {
	r.lock.Lock()
	defer r.lock.Unlock()
	return append([]safaricom.Prompt(nil), r.rung...)
}

// TestACustomerPaysOnHerPages: what is wrong rings nowhere and keeps what was typed; four taps are one prompt; a refusal is told in words and can be asked again; a part
// pays a part; each sees her own prompts alone; without a stamp of her own nothing rings; who was merged into another is out.
func TestACustomerPaysOnHerPages(t *testing.T) {
	for _, dialect := range []string{db.SQLite, db.MySQL} {
		t.Run(dialect, func(t *testing.T) { paysStory(t, stageOn(t, dialect, 1)) })
	}
}

func paysStory(t *testing.T, s *Stage) {
	mine, me := s.subscriber(t, "Wanjiru Mugo", "0712345001")
	other, stranger := s.subscriber(t, "Otieno", "0712345002")
	for _, phone := range []string{"254712345001", "254799000333"} {
		s.Safaricom.SetBalance(phone, 100_000_00)
	}
	s.owes(t, mine)
	phones := s.ringing(safaricom.Cancel)
	me.opens("/my", "/my/pay")
	me.opens("/my/pay", "KES 1,500", `value="1500"`, `value="0712 345 001"`, "174379", customers.Grouped(mine.Number))
	for field, bad := range map[string]string{"amount": "12.50", "phone": "0712 &lt;b&gt;"} {
		typed := url.Values{"amount": {"100"}, "phone": {"0712345001"}}
		typed.Set(field, strings.NewReplacer("&lt;", "<", "&gt;", ">").Replace(bad))
		me.sends("/my/pay", "/my/pay", typed, `role="alert"`, `value="`+bad+`"`)
	}
	for _, amount := range []string{"0", "-5", "250001", "1e3", ""} {
		me.sends("/my/pay", "/my/pay", url.Values{"amount": {amount}, "phone": {"0712345001"}}, `role="alert"`)
	}
	theirs := stampField.FindStringSubmatch(stranger.opens("/my/pay"))[1]
	if got := me.answer(http.MethodPost, "/my/pay", url.Values{"k": {theirs}, "once": {"0011223344556677"}, "amount": {"10"}, "phone": {"0712345001"}}); got.status != http.StatusBadRequest {
		t.Error("a stamp of another's page is taken:", got.status)
	}
	idle(t, s)
	if rung := phones.all(); len(rung) != 0 {
		t.Fatal("wrong forms ring:", rung)
	}
	form := me.opens("/my/pay")
	typed := url.Values{"k": {stampField.FindStringSubmatch(form)[1]}, "once": {onceField.FindStringSubmatch(form)[1]}, "amount": {"1500"}, "phone": {"0712345001"}}
	var taps sync.WaitGroup
	for range 4 {
		taps.Go(func() { _ = me.answer(http.MethodPost, "/my/pay", typed) })
	}
	taps.Wait()
	shows(t, me, "You cancelled. No money was taken.", "Ask again")
	if rung := phones.all(); len(rung) != 1 || rung[0].Cents != 1500_00 || rung[0].Phone != "254712345001" {
		t.Error("four taps:", rung)
	}
	if page := stranger.opens("/my/pay"); strings.Contains(page, "You cancelled") {
		t.Error("another's prompt")
	}
	phones.does(safaricom.Ignore)
	me.sends("/my/pay", "/my/pay", url.Values{"amount": {"1500"}, "phone": {"0799 000 333"}}, "Look at the phone and enter the M-Pesa PIN", "0799 ••• 333")
	if page := me.opens("/my/pay"); strings.Contains(page, `name="amount"`) {
		t.Error("another prompt can be asked for while one rings")
	}
	if got := me.answer(http.MethodPost, "/my/pay", typed); got.status != http.StatusOK { // the old form again: it was that prompt
		t.Error(got.status)
	}
	if rung := phones.all(); len(rung) > 2 {
		t.Error("rings twice at once:", rung)
	}
	paysApart(t, s, phones, me, mine, other, stranger)
}

// paysApart: a part of what is owed is paid once the prompt that rings has come to nothing, and a merged customer's browser is out.
func paysApart(t *testing.T, s *Stage, phones *ringing, me *kiosk, mine, other customers.Customer, stranger *kiosk) {
	t.Helper()
	until(t, 45*time.Second, "the second prompt rings", func() bool { return len(s.Safaricom.Prompts()) == 1 })
	for _, p := range s.Safaricom.Prompts() {
		_ = s.Safaricom.Answer(p.CheckoutID, safaricom.Answer{Act: safaricom.Cancel})
	}
	shows(t, me, "Ask again")
	phones.does(safaricom.Approve)
	me.sends("/my/pay", "/my/pay", url.Values{"amount": {"500"}, "phone": {"0799 000 333"}}, "KES 500")
	shows(t, me, "KES 500 has come")
	idle(t, s)
	st, err := s.Main.Invoices.StandingOf(t.Context(), mine.ID, 0)
	if err != nil || st.Open != money.Shillings(1000) {
		t.Error(st, err)
	}
	me.opens("/my", "KES 1,000")
	third, her := s.subscriber(t, "Kamau", "0712345003")
	paysThat(t, s, her, third, me)
	if problems, err := s.Main.proofs().Prove(t.Context()); err != nil || len(problems) > 0 {
		t.Error(problems, err)
	}
	if err := s.Main.Customers.Merge(t.Context(), other.ID, mine.ID, customers.By{Actor: "test"}); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/my", "/my/pay"} {
		if page := stranger.opens(path, `name="who"`); strings.Contains(page, "Wanjiru") {
			t.Error("who was merged reads the other's page:", page)
		}
	}
}

// paysThat: who pays on one bill's own line pays that bill, though another is older; a bill of another's is not there.
func paysThat(t *testing.T, s *Stage, k *kiosk, c customers.Customer, other *kiosk) {
	t.Helper()
	older, newer := s.owes(t, c), s.owes(t, c)
	at := "/my/pay?bill=" + number(newer.ID)
	k.opens("/my/owe", at, "Pay this bill")
	k.opens(at, newer.Text()+" is paid first", `value="1500"`)
	if got := other.answer(http.MethodGet, at, nil); got.status != http.StatusNotFound {
		t.Error("another's bill answers", got.status)
	}
	k.sends(at, "/my/pay", url.Values{"amount": {"1500"}, "phone": {"0799 000 333"}, "bill": {number(newer.ID)}}, "KES 1,500")
	until(t, 45*time.Second, "the newer is paid", func() bool {
		now, err := s.Main.Invoices.Get(t.Context(), newer.ID)
		return err == nil && now.State == invoices.Paid
	})
	if now, err := s.Main.Invoices.Get(t.Context(), older.ID); err != nil || now.Open != now.Gross {
		t.Error("the older is paid", now.Open, err)
	}
}

// shows waits until a page of paying says something.
func shows(t *testing.T, k *kiosk, want ...string) {
	t.Helper()
	until(t, 45*time.Second, want[0], func() bool { return strings.Contains(k.answer(http.MethodGet, "/my/pay", nil).body, want[0]) })
	k.opens("/my/pay", want...)
}
