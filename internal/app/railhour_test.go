package app

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"mtandao/billing"
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
