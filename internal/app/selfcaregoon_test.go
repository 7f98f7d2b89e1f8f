package app

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"mtandao/internal/sim/safaricom"
)

// TestAPriceIsPaidWhereItIsShown: what a faster plan costs, and the bill that is open before it, is asked for where the price is shown; after a refusal as much can be asked
// for again; once it came the change goes on from there, by its price. An address that another page made, or somebody wrote, makes no button.
func TestAPriceIsPaidWhereItIsShown(t *testing.T) {
	s := openStage(t, 1)
	c, line, me := s.subscribed(t, "0711200001") // home-10, and nothing held
	_, _, other := s.subscribed(t, "0711200003")
	s.owes(t, c)
	s.Safaricom.SetBalance("254711200001", 10_000_00)
	phones := s.ringing(safaricom.Cancel)
	at := "/my/line/" + number(line.ID)
	form := formTo(t, me.opens(at), at+"/plan")
	form.Set("plan", "home-30")
	form.Set("how", "pay")
	page := me.again(at+"/plan", form, "It costs KES ", "is to be paid first", "KES 1,500 of it is for open bills.", `value="0711 200 001"`)
	if strings.Contains(page, "Yes, do it") {
		t.Error("it can be done unpaid")
	}
	pay := formTo(t, page, "/my/pay")
	after := "/my/pay?go=" + url.QueryEscape(pay.Get("go"))
	for _, k := range []*kiosk{other, me} {
		address := after
		if k == me {
			address = strings.Replace(after, "home-30", "office-50", 1)
		}
		if page := k.opens(address, `name="once"`); strings.Contains(page, `name="go"`) {
			t.Error("an address that is not hers makes a button:", address)
		}
	}
	pay.Set("phone", "0711200001")
	me.again("/my/pay", pay, "Look at the phone")
	shows(t, me, "You cancelled. No money was taken.")
	again := formTo(t, me.opens(after, `value="`+pay.Get("amount")+`"`), "/my/pay")
	again.Set("phone", "0711200001")
	again.Set("amount", pay.Get("amount"))
	phones.does(safaricom.Approve)
	me.again("/my/pay", again)
	until(t, 45*time.Second, "the money came", func() bool { page = me.opens(after); return strings.Contains(page, "Go on with the change") })
	if !strings.Contains(page, "One step is left") || strings.Contains(page, "Pay from the M-Pesa menu") {
		t.Error("who has paid is not told that a step is left, or is asked to pay once more")
	}
	idle(t, s)
	page = me.again(at+"/plan", formTo(t, page, at+"/plan"), "Yes, do it", "is paid now")
	me.again(at+"/plan", formTo(t, page, at+"/plan"), "Home 30")
	now, err := s.Main.Lines.Get(t.Context(), line.ID)
	if err != nil || now.State.Sold.PlanKey != "home-30" {
		t.Error(now.State.Sold.PlanKey, err)
	}
	if rung := phones.all(); len(rung) != 2 || rung[0].Cents != rung[1].Cents {
		t.Error("the phone rang:", rung)
	}
	if problems, err := s.Main.proofs().Prove(t.Context()); err != nil || len(problems) > 0 {
		t.Error(problems, err)
	}
}
