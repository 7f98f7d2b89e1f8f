package safaricom

import "testing"

func TestQueryWhilePending(t *testing.T) {
	w := newWorld(t, nil)
	id := w.pushed(alice)
	seen := map[string]bool{}
	for range 4 {
		status, body := w.asked(id)
		f := fields(body)
		seen[f.text("ResultCode")+f.text("errorCode")+" "+f.text("errorMessage")] = true
		if status != 200 && status != 500 {
			t.Fatalf("status %d", status)
		}
	}
	for _, want := range []string{"4999 ", "500.001.1001 The transaction is being processed", "500.001.1001 "} {
		if !seen[want] {
			t.Errorf("%q was never said: %v", want, seen)
		}
	}
}

func TestQueryTellsTheResultAndNothingElse(t *testing.T) {
	w := newWorld(t, nil)
	id := w.pushed(alice)
	w.answer(id, Approve)
	_, body := w.asked(id)
	if body["ResultCode"] != "0" || body["ResponseCode"] != "0" || body["CheckoutRequestID"] != id {
		t.Fatalf("query: %v", body)
	}
	if len(body) != 6 {
		t.Errorf("the query says more than it may: %v", body)
	}
}

func TestQueryErrors(t *testing.T) {
	w := newWorld(t, nil)
	if status, body := w.asked("ws_CO_unknown"); status != 500 || body["errorCode"] != "500.001.1001" {
		t.Errorf("unknown: %d %v", status, body)
	}
	if _, body := w.asked(""); body["errorMessage"] != "Bad Request - Invalid CheckoutRequestID" {
		t.Errorf("empty: %v", body)
	}
	b := signed(bill)
	b["Password"] = "bm8="
	if _, body := w.post(queryPath, b); body["errorMessage"] != "[MerchantValidate] - Wrong credentials" {
		t.Errorf("password: %v", body)
	}
	id := w.pushed(alice)
	w.token = w.mintToken(till)
	b = signed(till)
	b["CheckoutRequestID"] = id
	if _, body := w.post(queryPath, b); body["errorCode"] != "500.001.1001" {
		t.Errorf("another merchant's push: %v", body)
	}
}

func TestQueryFaults(t *testing.T) {
	for name, c := range map[string]struct {
		faults Faults
		act    Act
		want   []string
	}{
		"pending for ever": {Faults{QueryPending: true}, Approve, []string{"4999", "500.001.1001", "500.001.1001", "500.001.1001", "4999"}},
		"denies":           {Faults{QueryDenies: true}, Approve, []string{"1032"}},
		"denies failure":   {Faults{QueryDenies: true}, WrongPIN, []string{"2001"}},
		"claims":           {Faults{QueryClaims: true}, Cancel, []string{"0"}},
		"flaky":            {Faults{QueryFlaky: true}, Cancel, []string{"500.001.1001", "1032", "500.001.1001", "1032"}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, nil)
			w.SetFaults(c.faults)
			id := w.pushed(alice)
			w.answer(id, c.act)
			for i, want := range c.want {
				_, body := w.asked(id)
				if got := fields(body).text("ResultCode") + fields(body).text("errorCode"); got != want {
					t.Fatalf("query %d: %v, want %s", i, body, want)
				}
			}
		})
	}
}
