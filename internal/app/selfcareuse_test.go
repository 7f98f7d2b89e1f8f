package app

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"mtandao/billing/accounts"
	"mtandao/billing/invoices"
	"mtandao/internal/db"
	"mtandao/internal/money"
)

// TestACustomerSeesHerUse: who is online and how fast, what is left, and what was used by day and month, in a picture and in a table; another's line is not there.
func TestACustomerSeesHerUse(t *testing.T) {
	for _, dialect := range []string{db.SQLite, db.MySQL} {
		t.Run(dialect, func(t *testing.T) {
			s := stageOn(t, dialect, 1)
			_, line, me := s.subscribed(t, "0711200003")
			_, _, other := s.subscribed(t, "0711200001")
			at := "/my/use/" + number(line.ID)
			me.opens("/my", "Home 30", "amina", `href="`+at+`"`, "next period: KES ")
			page := me.opens(at, "Home 30", "Not online", "30 Mbit/s", "Paid until", "Time left", "0 B of 500 GB", "After that 2 Mbit/s", "Nothing was used yet.")
			if strings.Contains(page, "<rect") {
				t.Error("a picture of nothing")
			}
			s.downloaded(t, number(line.GrantID))
			if _, err := s.plugIn("amina", 7); err != nil {
				t.Fatal(err)
			}
			until(t, 30*time.Second, "she is online", func() bool { return strings.Contains(me.opens(at), "Online since") })
			page = me.opens(at, "Last 30 days", "Last 12 months", "<td>3 GB</td>", "<td>40 MB</td>")
			if len(page) > 14<<10 || strings.Contains(page, "<script") {
				t.Errorf("%d octets, or a script", len(page))
			}
			me.opens(at+"?l=sw", "Nyumbani 30", "Siku 30 zilizopita", "Mtandaoni tangu")
			if page := other.opens(at); page != other.opens("/my/use/1") || strings.Contains(page, "amina") {
				t.Error("another's line:", page)
			}
			for _, bad := range []string{"0", "-1", "x", "99999999999999999999", number(line.ID) + "'"} {
				if got := me.answer(http.MethodGet, "/my/use/"+bad, nil); got.status != http.StatusNotFound {
					t.Error(bad, got.status)
				}
			}
		})
	}
}

// TestACustomerHasHerPapers: what she owes and why, line by line and in words; her bills, credit notes, receipts and statement as files; none of another's.
func TestACustomerHasHerPapers(t *testing.T) {
	s := openStage(t, 1)
	mine, me := s.subscriber(t, "Wanjiru Mugo", "0712345001")
	_, other := s.subscriber(t, "Otieno", "0712345002")
	me.opens("/my/owe", "You owe nothing.")
	d := s.owes(t, mine)
	paid, err := s.Main.Accounts.TakeAtCounter(t.Context(), accounts.Taking{Request: "part", CustomerID: mine.ID, How: accounts.ByCash, Amount: money.Shillings(500)}, accounts.By{Actor: "test"})
	if err != nil {
		t.Fatal(err)
	}
	idle(t, s)
	me.opens("/my/owe", "KES 1,000", d.Text(), "Visit", "KES 1,500", "Paid", "to be paid by")
	me.opens("/my/owe?l=sw", "Ninachodaiwa na kwa nini", "Imelipwa")
	note, err := s.Main.Invoices.Credit(t.Context(), invoices.CreditNote{Request: "sorry", InvoiceID: d.ID, Why: "We came late"}, invoices.By{Actor: "test"})
	if err != nil {
		t.Fatal(err)
	}
	idle(t, s)
	me.opens("/my/papers?l=en", d.Text(), note.Text(), "Receipt", "Statement", `type="date"`)
	files := map[string]string{"/my/bill/" + number(d.ID) + "/pdf": d.Text(), "/my/bill/" + number(note.ID) + "/pdf": note.Text(), "/my/receipt/" + number(paid.ID) + "/pdf": "Receipt",
		"/my/statement/pdf?from=2026-01-01&until=2027-12-31": "Statement"}
	for path, says := range files {
		if text := pdfText(t, []byte(me.opens(path))); !strings.Contains(text, says) || !strings.Contains(text, "Wanjiru Mugo") {
			t.Errorf("%s does not say %q:\n%s", path, says, text)
		}
		got := other.answer(http.MethodGet, path, nil)
		if strings.Contains(path, "statement") {
			if text := pdfText(t, []byte(got.body)); strings.Contains(text, "Wanjiru") {
				t.Error("another's statement")
			}
		} else if got.status != http.StatusNotFound || strings.Contains(got.body, "Wanjiru") {
			t.Errorf("%s is open to another: %d", path, got.status)
		}
		s.kiosk(t).opens(path, `name="who"`)
	}
	for _, days := range []url.Values{{}, {"from": {"x"}, "until": {"2026-01-01"}}, {"from": {"2026-02-01"}, "until": {"2026-01-01"}}} {
		if got := me.answer(http.MethodGet, "/my/statement/pdf?"+days.Encode(), nil); got.status != http.StatusBadRequest || !strings.Contains(got.body, `type="date"`) {
			t.Error(days, got.status)
		}
	}
}
