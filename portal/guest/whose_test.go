package guest

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"mtandao/billing"
	"mtandao/internal/fault"
	"mtandao/internal/words"
)

// whose stands for billing's word about money that waits: how the number that paid ends, or nothing where that is not told.
func whose(token, end, typed string) (billing.Claimed, error) {
	c := billing.Claimed{Token: token, State: billing.ClaimWhose, Whose: billing.Whose{Begins: "2547"}}
	switch {
	case end == "":
		return c, fault.New(fault.Conflict, "receipt.hidden")
	case typed == "":
		return c, nil
	case typed != end:
		return c, fault.New(fault.Denied, "receipt.not_whose")
	}
	return billing.Claimed{Token: token, State: billing.ClaimFound}, nil
}

// A receipt whose money waits serves the order that it is typed for when the end of the number that paid is typed too; where that
// is not known, the page says who can help.
func TestMoneyThatWaitsAsksWhoPaid(t *testing.T) {
	for _, l := range words.Languages {
		w := newWorld(t)
		w.waiting = map[string]string{"SKJ4H7T2QZ": "9678", "SKJ4H7T2QY": ""}
		mine := w.order(aToken, func(v *billing.OrderView) { v.Age = time.Minute })
		send := func(path, receipt, digits string) answer {
			values := form(t, w.get(path+"?l="+string(l)+"&"+redirect).body, path)
			values.Set("receipt", receipt)
			values.Set("digits", digits)
			w.at.Advance(time.Minute)
			return w.post(path, values)
		}
		for _, path := range []string{"/h/kasarani/paid", "/o/" + mine + "/receipt"} {
			asked := send(path, "SKJ4H7T2QZ", "")
			if asked.status != http.StatusOK || !strings.Contains(asked.body, words.Text(l, "guest.receipt.whose")) || !strings.Contains(asked.body, "07••\u00a0••\u00a0••••") ||
				!strings.Contains(asked.body, `value="SKJ4H7T2QZ"`) || !strings.Contains(asked.body, `name="digits"`) {
				t.Errorf("%s %s: a receipt alone: %d %s", l, path, asked.status, asked.body)
			}
			if got := send(path, "SKJ4H7T2QZ", "0998"); got.status != http.StatusForbidden || !strings.Contains(got.body, words.Text(l, "receipt.not_whose")) || !strings.Contains(got.body, `value="0998"`) {
				t.Errorf("%s %s: wrong digits: %d", l, path, got.status)
			}
			if got := send(path, "SKJ4H7T2QZ", "9678"); got.status != http.StatusSeeOther || w.keyOf(got) != mine {
				t.Errorf("%s %s: right digits: %d %q", l, path, got.status, got.location)
			}
			if got := send(path, "SKJ4H7T2QY", ""); got.status != http.StatusConflict || !strings.Contains(got.body, words.Text(l, "receipt.hidden")) || strings.Contains(got.body, `name="digits"`) {
				t.Errorf("%s %s: nothing to compare: %d", l, path, got.status)
			}
		}
		w.waiting, w.receipts["SKJ4H7T2QW"] = nil, mine // it came for this very order
		if got := send("/h/kasarani/paid", "SKJ4H7T2QW", ""); got.status != http.StatusSeeOther || w.keyOf(got) == mine || w.guest.tokenOf(w.keyOf(got)) != mine {
			t.Errorf("%s: a device that claims to be this one is given the order's token: %d %q", l, got.status, got.location)
		}
		pass, err := w.guest.pass(mine, galleryMAC)
		if err != nil {
			t.Fatal(err)
		}
		if got := send("/o/"+pass+"/receipt", "SKJ4H7T2QW", ""); got.status != http.StatusSeeOther || w.keyOf(got) != pass {
			t.Errorf("%s: by a pass: %d %q", l, got.status, got.location)
		}
		if got := send("/o/"+pass+"/receipt", "SKJ4H7T2QW", "5678"); got.status != http.StatusSeeOther || w.keyOf(got) != mine {
			t.Errorf("%s: by a pass, with the digits: %d %q", l, got.status, got.location)
		}
		w.orders[mine].PaidBy, w.orders[mine].Foreign, w.orders[mine].Typed = "0123", true, "SKJ4H7T2QW"
		if got := w.get("/o/" + pass); strings.Contains(got.location, "SKJ4H7T2QW") || !strings.HasPrefix(got.location, "/h/kasarani/paid") {
			t.Errorf("%s: a pass tells what was typed: %q", l, got.location)
		}
		w.orders[mine].PaidBy = ""
		w.orders[mine].Claim, w.orders[mine].Typed = billing.ClaimWhose, "SKJ4H7T2QZ"
		if page := w.get("/o/" + mine + "?l=" + string(l)); !strings.Contains(page.body, words.Text(l, "guest.receipt.found")) {
			t.Errorf("%s: the order's page does not say that the money is here", l)
		}
		if page := w.get("/o/" + mine + "/receipt?l=" + string(l)); !strings.Contains(page.body, `value="SKJ4H7T2QZ"`) {
			t.Errorf("%s: the code is to be typed again", l)
		}
	}
}

// The thousand ends of a mask are not tried in an evening either, with however many orders and devices.
func TestTheEndOfAMaskIsNotGuessed(t *testing.T) {
	w := newWorld(t)
	w.waiting = map[string]string{"SKJ4H7T2QZ": "9678"}
	statuses := map[int]int{}
	for n := range 20 {
		mine := w.order(fmt.Sprintf("%032d", n), func(v *billing.OrderView) { v.Age = time.Minute })
		path := "/o/" + mine + "/receipt"
		values := form(t, w.get(path+"?"+strings.Replace(redirect, "12:34:56", fmt.Sprintf("12:35:%02d", n), 1)).body, path)
		values.Set("receipt", "SKJ4H7T2QZ")
		if n%2 == 0 {
			values.Set("digits", fmt.Sprintf("%04d", n)) // else the phone of the order is the guess
		}
		statuses[w.post(path, values).status]++
	}
	if statuses[http.StatusForbidden] != 3 || statuses[http.StatusOK] != 2 || statuses[http.StatusTooManyRequests] != 15 {
		t.Errorf("answers %v", statuses)
	}
}
