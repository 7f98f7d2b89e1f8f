package daybook

import (
	"testing"
	"time"

	"mtandao/billing/ledger"
	"mtandao/internal/money"
)

// TestOneBillOfSeveralLinesIsOfEach: what one bill of several lines earned is of each line's plan and site; what of it is of no line is of the payer's site.
func TestOneBillOfSeveralLinesIsOfEach(t *testing.T) {
	e := ledger.Entry{Kind: "invoice", Source: "invoice:5", At: time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC), Postings: []ledger.Posting{
		{Account: ledger.Receivables, Party: "customer:1", Amount: money.KES(3_000)}, {Account: ledger.InternetSales, Party: "subscription:7", Amount: money.KES(-1_000)},
		{Account: ledger.InternetSales, Party: "subscription:8", Amount: money.KES(-1_900)}, {Account: ledger.FeeIncome, Amount: money.KES(-100)}}}
	sold := sales{subscriptions: map[int64]sale{7: {planKey: "home", siteID: 1}, 8: {planKey: "shop", siteID: 2}}, invoices: map[int64]sale{5: {siteID: 3}}}
	want := map[string]int64{"home 1": 1_000, "shop 2": 1_900, " 3": 100}
	for _, l := range fold([]ledger.Chained{{Entry: e}}, sold) {
		if l.Account == ledger.Receivables {
			continue
		}
		of := l.PlanKey + " " + string(rune('0'+l.SiteID))
		if want[of] != l.CreditCents || l.Way != ByInvoice {
			t.Errorf("%s: %d by %q", of, l.CreditCents, l.Way)
		}
		delete(want, of)
	}
	if len(want) > 0 {
		t.Error("not told:", want)
	}
}
