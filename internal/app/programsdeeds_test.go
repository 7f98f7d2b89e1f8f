package app

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"mtandao/billing/subscriptions"
	"mtandao/internal/apikeys"
	"mtandao/internal/audit"
	"mtandao/internal/db"
	"mtandao/radius"
)

// A program pauses a line, resumes it, asks what another plan costs and takes it, opens a ticket and answers it, has vouchers made and ends a session: each
// once, and the trail names its key.
func TestAProgramDoesWhatTheConsoleDoes(t *testing.T) {
	for _, dialect := range []string{db.SQLite, db.MySQL} {
		t.Run(dialect, func(t *testing.T) { deedsStory(t, stageOn(t, dialect, 1)) })
	}
}

func deedsStory(t *testing.T, s *Stage) {
	p, line := s.withShop(t)
	at := "/subscriptions/" + number(line.ID)
	for n, c := range [][3]string{{at + "/pause", `{"reason":"travels"}`, `"state":"paused"`}, {at + "/resume", `{}`, `"state":"active"`}, {at + "/resume", `{}`, "subscription.not_paused"}} {
		once := fmt.Sprint("line-", n)
		_, first := p.send(http.MethodPost, c[0], once, c[1])
		if _, again := p.send(http.MethodPost, c[0], once, c[1]); !strings.Contains(first, c[2]) || again != first {
			t.Errorf("%s: %s, and again: %s", c[0], first, again)
		}
	}
	p.changesPlan(at)
	s.enters(t, p, line.CustomerID)
	status, said := p.send(http.MethodPost, "/tickets", "t-1", `{"customer_id":"`+number(line.CustomerID)+`","subject":"Slow","text":"Since noon.","category":"slow"}`)
	var ticket struct{ ID, Version string }
	if err := json.Unmarshal([]byte(said), &ticket); err != nil || status != http.StatusCreated || !strings.Contains(said, "Since noon.") {
		t.Fatal(status, said, err)
	}
	if status, said := p.send(http.MethodPost, "/tickets/"+ticket.ID+"/answers", "t-2", `{"text":"Try now.","state":"solved","version":"`+ticket.Version+`"}`); status != http.StatusOK || !strings.Contains(said, `"state":"solved"`) {
		t.Error(status, said)
	}
	hour := s.idOf(t, kindPlan, "hour")
	batchWish := `{"plan_id":"` + hour + `","size":3,"site_id":"` + number(s.seeded.sites["kasarani"].ID) + `"}`
	first, batch := p.send(http.MethodPost, "/voucher-batches", "v-1", batchWish)
	if _, again := p.send(http.MethodPost, "/voucher-batches", "v-1", batchWish); first != http.StatusCreated || again != batch {
		t.Error(first, batch, again)
	}
	for n, days := range []string{"-1", "1826", "213504", "999999"} { // of some, as a time of 64 bits, less than an hour is left
		if status, said := p.send(http.MethodPost, "/voucher-batches", fmt.Sprint("w-", n), batchWish[:len(batchWish)-1]+`,"unused_days":`+days+`}`); status != http.StatusBadRequest && status != http.StatusUnprocessableEntity {
			t.Errorf("good for %s days: %d %s", days, status, said)
		}
	}
	var open int64
	err := s.Main.DB.InTx(t.Context(), func(tx *db.Tx) error {
		open = tx.ID()
		now := s.Main.Plan.Now()
		return tx.Gorm().Create(&radius.Online{Session: radius.Session{ID: open, RouterID: 1, SessionKey: number(open), Epoch: 1, SiteID: line.State.Place.SiteID, GrantID: line.GrantID, SessionID: "1", UserName: line.State.Login.Name,
			MAC: "02405e000001", StartedAt: now, UpdatedAt: now}}).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	if status, said := p.send(http.MethodPost, "/sessions/"+number(open)+"/disconnect", "s-1", ""); status != http.StatusOK || !strings.Contains(said, `"session_id":"`+number(open)) {
		t.Error(status, said)
	}
	events, err := s.Main.Audit.List(t.Context(), audit.Filter{Actor: "API key Shop", Limit: 50})
	var told []string
	for _, e := range events {
		told = append(told, e.Action)
	}
	for _, want := range []string{"subscription paused", "subscription resumed", "subscription plan", "ticket opened", "ticket answered", "vouchers placed", "session cut off", "customer paid"} {
		if err != nil || strings.Count(strings.Join(told, "\n")+"\n", want+"\n") != 1 {
			t.Errorf("%q is told %q: %v", want, told, err)
		}
	}
}

// withShop has the demo's subscribers and a program that may do everything, and tells of one line.
func (s *Stage) withShop(t *testing.T) (program, subscriptions.Subscription) {
	t.Helper()
	owner := s.hire(t, "keys@demo.example", nil, "owner")
	form := url.Values{"name": {"Shop"}}
	for _, scope := range apikeys.Scopes {
		form.Add("scopes", string(scope))
	}
	made := owner.send("/office/apikeys/new", form)
	_, line, _ := s.subscribed(t, "0711200001")
	return program{t, owner.base, madeKey.FindString(made.body)}, line
}

// changesPlan asks what another plan costs, and takes it when the period ends.
func (p program) changesPlan(at string) {
	p.t.Helper()
	_, said := p.get(at + "/plan-quote?plan_key=home-30&when=period_end")
	var quote struct{ Version string }
	if err := json.Unmarshal([]byte(said), &quote); err != nil || !strings.Contains(said, `"old_price":{"cents":250000`) {
		p.t.Fatal(said, err)
	}
	wish := `{"plan_key":"home-30","when":"period_end","version":"` + quote.Version + `"}`
	status, first := p.send(http.MethodPost, at+"/plan", "p-1", wish)
	if _, again := p.send(http.MethodPost, at+"/plan", "p-1", wish); status != http.StatusOK || again != first {
		p.t.Error(status, first, again)
	}
	if status, said := p.send(http.MethodPost, at+"/plan", "p-2", strings.Replace(wish, "home-30", "home-10", 1)); status != http.StatusConflict {
		p.t.Error("what was quoted before somebody else changed it is done:", status, said)
	}
}

// enters money that came to the bank, once; the slip is taken once under another name too, and a certificate is of what is owed.
func (s *Stage) enters(t *testing.T, p program, customerID int64) {
	t.Helper()
	before, err := s.Main.Accounts.Balances(t.Context(), []int64{customerID})
	if err != nil {
		t.Fatal(err)
	}
	at, slip := "/customers/"+number(customerID)+"/payments", `{"amount_cents":2500,"how":"bank","reference":"FT26331XKQ2"}`
	status, first := p.send(http.MethodPost, at, "m-1", slip)
	if _, again := p.send(http.MethodPost, at, "m-1", slip); status != http.StatusCreated || again != first || !strings.Contains(first, `"amount":{"cents":2500,"currency":"KES"}`) {
		t.Error(status, first, again)
	}
	if status, said := p.send(http.MethodPost, at, "m-2", slip); status != http.StatusConflict || !strings.Contains(said, `"field":"reference"`) {
		t.Error(status, said)
	}
	if status, said := p.send(http.MethodPost, at, "m-3", `{"amount_cents":99999900,"how":"withholding","reference":"KRAWHT1"}`); status != http.StatusBadRequest || !strings.Contains(said, `"field":"amount_cents"`) {
		t.Error(status, said)
	}
	after, err := s.Main.Accounts.Balances(t.Context(), []int64{customerID})
	if err != nil || after[customerID].Cents != before[customerID].Cents+2500 {
		t.Error(before, after, err)
	}
}
