package app

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"mtandao/internal/audit"
)

// TestAMistypedRefundCodeIsPutRightInTheOffice: the page shows under which code a refund was paid, whoever may pay one puts it right, the first code stays in the
// trail and the books prove; what was paid in cash is not offered.
func TestAMistypedRefundCodeIsPutRightInTheOffice(t *testing.T) {
	s := openStage(t, 1)
	asks, approves, pays := s.hire(t, "asha.m@demo.example", nil, "manager"), s.hire(t, "juma.m@demo.example", nil, "manager"), s.hire(t, "pendo@demo.example", nil, "cashier")
	paid := func(mac string, how url.Values) (at, receipt string) {
		t.Helper()
		order, _ := s.bought(t, "kasarani-1", mac)
		receipt = "/office/receipts/" + s.receiptOf(t, order)
		done(t, asks.press(receipt+"/refund", "/refund", url.Values{"amount": {"10"}, "reason": {"slow"}}))
		open, err := s.Main.Billing.OpenRefunds(context.Background(), "asked", nil)
		if err != nil || len(open) != 1 {
			t.Fatal(open, err)
		}
		at = "/office/refunds/" + number(open[0].ID)
		done(t, approves.press(at+"/decide", "/decide", url.Values{"how": {"yes"}}))
		done(t, pays.press(at+"/pay", "/pay", how))
		return at, receipt
	}
	at, receipt := paid("02a1b2c3d4aa", url.Values{"how": {"mpesa"}, "reference": {"RKB1B2C3DX"}})
	pays.expect(pays.look(receipt), http.StatusOK, "RKB1B2C3DX", at+"/code", "Correct the code")
	pays.expect(pays.look(at+"/code"), http.StatusOK, "The code was mistyped", "under RKB1B2C3DX", `value="RKB1B2C3DX"`)
	pays.expect(pays.press(at+"/code", "/code", url.Values{"reference": {"RKB1"}}), http.StatusBadRequest, `value="RKB1"`, "ten letters and digits")
	pays.expect(pays.press(at+"/code", "/code", url.Values{"reference": {"rkb1b2c3dx"}}), http.StatusConflict, "That is the code already")
	done(t, pays.press(at+"/code", "/code", url.Values{"reference": {"rkb1 b2c3d4"}}))
	if page := pays.look(receipt); !strings.Contains(page.body, "RKB1B2C3D4") || strings.Contains(page.body, "RKB1B2C3DX") {
		t.Error(mainOf(page.body))
	}
	events, err := s.Main.Audit.List(context.Background(), audit.Filter{Object: "refund", Limit: 2})
	if err != nil || len(events) != 2 || events[0].Actor != "pendo@demo.example" || !strings.Contains(events[0].After, "RKB1B2C3D4") || !strings.Contains(events[1].After, "RKB1B2C3DX") {
		t.Errorf("the trail: %+v %v", events, err)
	}
	owner := s.hire(t, "boss@demo.example", nil, "owner")
	owner.expect(owner.look("/office/audit?object=refund"), http.StatusOK, "put its M-Pesa code right")
	cash, receipt := paid("02a1b2c3d4ab", url.Values{"how": {"cash"}, "reference": {""}})
	if page := pays.look(receipt); strings.Contains(page.body, cash+"/code") {
		t.Error("cash has no code to be put right")
	}
	pays.expect(pays.look(cash+"/code"), http.StatusSeeOther)
	pays.expect(pays.send(cash+"/code", url.Values{"reference": {"RKB1B2C3D4"}}), http.StatusConflict, "There is no code here")
	verifyBooks(t, s.Main)
}
