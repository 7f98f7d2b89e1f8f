package app

import (
	"fmt"
	"html"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"mtandao/billing"
	"mtandao/internal/db"
	"mtandao/internal/settings"
	"mtandao/internal/sim/safaricom"
)

// TestSalesGoOnWhilePromptsFail turns on the demo's switch "System is busy": after a few in vain the portal prompts nobody, says
// how to pay from the M-Pesa menu, and puts online who does.
func TestSalesGoOnWhilePromptsFail(t *testing.T) {
	s := openStage(t, 1)
	s.Safaricom.SetFaults(safaricom.Faults{Busy: true})
	page := func(token string) string {
		t.Helper()
		answer, err := http.Get("http://" + s.Main.HTTPAddress() + "/o/" + token + "?l=en")
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		body, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		return string(body)
	}
	for n := range 5 {
		_, o := s.wanted(t, "kasarani-1", fmt.Sprintf("02a1b2c3d5%02x", n), fmt.Sprintf("07123400%02d", n), 0)
		until(t, 10*time.Second, "the prompt fails", func() bool {
			view, err := s.Main.Billing.ByToken(t.Context(), o.Token)
			return err == nil && view.Payment.State == billing.PaymentUnknown
		})
	}
	device, o := s.wanted(t, "kasarani-1", "02a1b2c3d5ff", "0712345678", 0)
	if said := page(o.Token); !strings.Contains(said, "M-Pesa requests do not reach phones just now") || !strings.Contains(said, "account number "+o.Code) || !strings.Contains(said, "Business number "+demoMerchant.ShortCode) {
		t.Fatalf("the page does not tell how to pay:\n%s", said)
	}
	s.payByHand(t, "254799000111", o.Code, 10)
	until(t, 15*time.Second, "online", device.Online)
	verifyBooks(t, s.Main)
}

// TestGraceIsOverWhenItIsPaidFor goes through the front door: while prompts fail a guest presses the button, is online before paying, pays by
// hand, and stays online on the plan, which is short of what was used.
func TestGraceIsOverWhenItIsPaidFor(t *testing.T) {
	for _, dialect := range []string{db.SQLite, db.MySQL} {
		t.Run(dialect, func(t *testing.T) {
			s := stageOn(t, dialect, 1)
			s.Safaricom.SetFaults(safaricom.Faults{Busy: true})
			if err := s.Main.DB.InTx(t.Context(), func(tx *db.Tx) error { return s.Main.Settings.Set(tx, settings.GraceMinutes, "10") }); err != nil {
				t.Fatal(err)
			}
			for n := range 5 {
				_, o := s.wanted(t, "kasarani-1", fmt.Sprintf("02a1b2c3d7%02x", n), fmt.Sprintf("07123500%02d", n), 0)
				until(t, 10*time.Second, "the prompt fails", func() bool {
					view, err := s.Main.Billing.ByToken(t.Context(), o.Token)
					return err == nil && view.Payment.State == billing.PaymentUnknown
				})
			}
			device, o := s.wanted(t, "kasarani-1", "02a1b2c3d7ff", "0712345678", 0)
			at := "http://" + s.Main.HTTPAddress() + "/o/" + o.Token
			for range 2 { // two taps
				page, err := http.Get(at + "?l=en")
				if err != nil {
					t.Fatal(err)
				}
				body, err := io.ReadAll(page.Body)
				_ = page.Body.Close()
				if err != nil {
					t.Fatal(err)
				}
				fields := url.Values{}
				for _, m := range hiddenInput.FindAllStringSubmatch(string(body), -1) {
					fields.Set(m[1], html.UnescapeString(m[2]))
				}
				answer, err := http.PostForm(at+"/grace", fields)
				if err != nil {
					t.Fatal(err)
				}
				_ = answer.Body.Close()
			}
			until(t, 15*time.Second, "online before paying", device.Online)
			grace, err := s.Main.Billing.ByToken(t.Context(), o.Token)
			if err != nil || grace.Grace.GrantID == 0 || grace.Order.State != billing.OrderPlaced {
				t.Fatalf("%+v, %v", grace, err)
			}
			support := s.hire(t, "support@demo.example", nil, "support")
			story := func(page string, want ...string) {
				t.Helper()
				support.expect(support.ask(http.MethodGet, page, nil), http.StatusOK, want...)
			}
			story("/office/orders/"+number(o.ID), "Let online before paying", "nothing: it is not paid")
			story("/office/grants/"+number(grace.Grace.GrantID), "Online before paying, for order", o.Code)
			s.payByHand(t, "254799000111", o.Code, 10)
			until(t, 15*time.Second, "online on the plan", func() bool {
				view, err := s.Main.Billing.ByToken(t.Context(), o.Token)
				if err != nil || view.Order.GrantID == 0 {
					return false
				}
				on, err := (sessions{s.Main}).Online(t.Context(), view.Order.GrantID, o.Place.MAC)
				return err == nil && on && device.Online()
			})
			if page := support.ask(http.MethodGet, "/office/orders/"+number(o.ID), nil).body; !strings.Contains(page, "Taken off the plan for it") || strings.Contains(page, "nothing: it is not paid") {
				t.Error("the story does not tell what the grace cost")
			}
			verifyBooks(t, s.Main)
		})
	}
}
