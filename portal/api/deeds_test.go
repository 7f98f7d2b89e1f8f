package api

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"mtandao/billing/accounts"
	"mtandao/billing/counter"
	"mtandao/billing/subscriptions"
	"mtandao/internal/apikeys"
	"mtandao/internal/money"
	"mtandao/internal/support"
	"mtandao/radius"
	"mtandao/vouchers"
)

func (l lines) Pause(_ context.Context, id int64, _ time.Time, reason string, by subscriptions.By) (subscriptions.Subscription, error) {
	l.note("pause %d %s %d", id, reason, by.Seen)
	return line(id), nil
}

func (l lines) Resume(_ context.Context, id int64, _ time.Time, by subscriptions.By) (subscriptions.Subscription, error) {
	l.note("resume %d %s", id, by.Actor)
	return line(id), nil
}

func (lines) Preview(context.Context, int64, subscriptions.Change) (subscriptions.Preview, error) {
	return subscriptions.Preview{At: now, Old: money.KES(100), New: money.KES(200), Due: money.KES(-50), Seen: 5}, nil
}

func (l lines) ChangePlan(_ context.Context, id int64, c subscriptions.Change, by subscriptions.By) (subscriptions.Subscription, error) {
	l.note("plan %d %s %v %d", id, c.PlanKey, c.AtEnd, by.Seen)
	return line(id), nil
}

func (s stock) Place(_ context.Context, w vouchers.Wish, by vouchers.By) (vouchers.Batch, error) {
	s.note("batch %d %d %d %s", w.PlanID, w.SiteID, w.Size, by.Actor)
	return batch(1), nil
}

func (n network) CutOff(_ context.Context, o radius.Online, by apikeys.By) error {
	n.note("cut off %d %s", o.ID, by.Actor)
	return nil
}

func (d desk) Open(_ context.Context, o support.Opening, by support.By) (support.Ticket, error) {
	d.note("open %d %s %s %s", o.CustomerID, o.Subject, o.How, by.Actor)
	return ticket(1), nil
}

func (d desk) Answer(_ context.Context, a support.Answer, _ support.By) error {
	d.note("answer %d %s %s %d", a.TicketID, a.Text, a.Then, a.Seen)
	return nil
}

type till struct{ *deeds }

func (d till) Take(_ context.Context, t counter.Taking, by counter.By) (accounts.Event, error) {
	d.note("take %d %s %s %s %v %s", t.CustomerID, t.How, t.Reference, t.Amount, t.Named, by.Actor)
	return accounts.Event{ID: 6}, nil
}

func (till) SlipOf(_ context.Context, customerID, eventID int64) (counter.Slip, error) {
	return counter.Slip{Event: accounts.Event{ID: eventID, CustomerID: customerID, How: accounts.ByBank, Reference: "FT1", Delta: money.KES(150000), At: now}, After: money.KES(-50)}, nil
}

// Each deed does what was asked, once, answers as the document says, and does nothing of what was refused.
func TestEachDeedDoesWhatWasAsked(t *testing.T) {
	f := stand(t)
	for n, c := range []struct{ path, body, want, done string }{
		{"/subscriptions/1/pause", `{"reason":"away","version":"5"}`, `"id":"1"`, "pause 1 away 5"},
		{"/subscriptions/1/pause", `{}`, `"field":"reason"`, ""},
		{"/subscriptions/1/pause", `{"reason":"away","version":"x"}`, `"field":"version"`, ""},
		{"/subscriptions/9/pause", `{"reason":"away"}`, "api.gone", ""},
		{"/subscriptions/1/resume", `{}`, `"id":"1"`, "resume 1 API key Shop"},
		{"/subscriptions/1/plan", `{"plan_key":"home","when":"period_end","version":"5"}`, `"id":"1"`, "plan 1 home true 5"},
		{"/subscriptions/1/plan", `{"plan_key":"home","when":"later","version":"5"}`, `"field":"when"`, ""},
		{"/subscriptions/1/plan", `{"plan_key":"a","when":"now","version":"5"}`, `"field":"plan_key"`, ""},
		{"/tickets", `{"customer_id":"2","subject":"Slow","text":"It is.","category":"slow"}`, `"reference":"T4829173"`, "open 2 Slow portal API key Shop"},
		{"/tickets", `{"subject":"Slow","text":"It is.","category":"slow","contact":{"kind":"phone","value":"0722000001"}}`, `"reference"`, "open 0 Slow portal API key Shop"},
		{"/tickets", `{"customer_id":"99","subject":"Slow","text":"It is.","category":"slow"}`, `"field":"customer_id"`, ""},
		{"/tickets", `{"subject":"Slow","text":"It is.","category":"ghosts"}`, `"field":"category"`, ""},
		{"/tickets/1/answers", `{"text":"Try now.","state":"solved","version":"1"}`, `"messages"`, "answer 1 Try now. solved 1"},
		{"/tickets/9/answers", `{"text":"Try now."}`, "api.gone", ""},
		{"/voucher-batches", `{"plan_id":"2","size":10,"site_id":"2"}`, `"stock"`, "batch 2 2 10 API key Shop"},
		{"/voucher-batches", `{"plan_id":"99","size":10}`, `"field":"plan_id"`, ""},
		{"/voucher-batches", `{"plan_id":"2","size":10,"unsold_until":"soon"}`, `"field":"unsold_until"`, ""},
		{"/customers/1/payments", `{"amount_cents":150000,"how":"bank","reference":"FT1","invoice_ids":["1"]}`, `"credit":{"cents":-50,"currency":"KES"},"returned":false`, "take 1 bank FT1 KES 1,500 [1] API key Shop"},
		{"/customers/1/payments", `{"amount_cents":100,"how":"cheque","reference":"000123","bank":"Equity"}`, `"id":"6"`, "take 1 cheque Equity 000123 KES 1 [] API key Shop"},
		{"/customers/1/payments", `{"amount_cents":100,"how":"cheque","reference":"000123"}`, `"field":"bank"`, ""},
		{"/customers/1/payments", `{"amount_cents":100,"how":"cash","reference":"1"}`, `"field":"how"`, ""},
		{"/customers/2/payments", `{"amount_cents":100,"how":"bank","reference":"FT1","invoice_ids":["1"]}`, `"field":"invoice_ids"`, ""},
		{"/customers/1/payments", `{"amount_cents":100,"how":"bank","reference":"FT1","invoice_ids":["x"]}`, `"field":"invoice_ids"`, ""},
		{"/customers/9/payments", `{"amount_cents":100,"how":"bank","reference":"FT1"}`, "api.gone", ""},
		{"/sessions/1/disconnect", ``, `{"session_id":"1","state":"ending"}`, "cut off 1 API key Shop"},
		{"/sessions/9/disconnect", ``, "api.gone", ""},
	} {
		f.world.deeds.done = nil
		got := f.send(http.MethodPost, c.path, fmt.Sprint("once-", n), c.body)
		if !strings.Contains(got.body, c.want) || strings.Join(f.world.deeds.done, ", ") != c.done || (c.done == "") != (got.status >= 400) {
			t.Errorf("%s %s: %d %s, done: %v", c.path, c.body, got.status, got.body, f.world.deeds.done)
		}
	}
}

// What a key with sites may not see it changes as little, and it makes nothing elsewhere.
func TestAKeyChangesNothingElsewhere(t *testing.T) {
	f := stand(t)
	for path, body := range map[string]string{"/subscriptions/2/pause": `{"reason":"away"}`, "/subscriptions/2/resume": `{}`, "/subscriptions/3/plan": `{"plan_key":"home","when":"now","version":"5"}`, "/tickets/2/answers": `{"text":"x"}`,
		"/tickets": `{"customer_id":"3","subject":"Slow","text":"It is.","category":"slow"}`, "/voucher-batches": `{"plan_id":"2","size":10}`, "/customers/3/payments": `{"amount_cents":100,"how":"bank","reference":"FT1"}`, "/sessions/2/disconnect": ""} {
		if got := f.sendAs(narrow, http.MethodPost, path, "x", body); got.status < 400 {
			t.Errorf("%s: %d %s", path, got.status, got.body)
		}
	}
	for _, body := range []string{`{"plan_id":"1","size":10}`, `{"plan_id":"1","size":10,"site_id":"2"}`} {
		if got := f.sendAs(narrow, http.MethodPost, "/voucher-batches", "y"+body[len(body)-3:len(body)-2], body); !strings.Contains(got.body, `"field":"site_id"`) {
			t.Errorf("%s: %d %s", body, got.status, got.body)
		}
	}
	if len(f.world.deeds.done) > 0 {
		t.Error(f.world.deeds.done)
	}
	if got := f.get(everything, "/subscriptions/1/plan-quote?plan_key=home&when=period_end"); !strings.Contains(got.body, `"due":{"cents":-50,"currency":"KES"},"version":"5"`) {
		t.Error(got.status, got.body)
	}
	if got := f.get(everything, "/subscriptions/1/plan-quote?plan_key=ghost"); got.code() != "api.plan" {
		t.Error(got.status, got.body)
	}
}
