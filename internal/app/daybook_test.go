package app

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"mtandao/billing/daybook"
	"mtandao/billing/ledger"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/money"
	"mtandao/radius/access"
)

// TestWhatAWeekEarnedIsTheSameInEveryReport: vouchers of a week that were used up, lines of homes and bills of businesses, all through the services, and what
// the reports say of it beside what the vouchers, the bills and the books say.
func TestWhatAWeekEarnedIsTheSameInEveryReport(t *testing.T) {
	for _, dialect := range []string{db.SQLite, db.MySQL} {
		t.Run(dialect, func(t *testing.T) {
			s := stageOn(t, dialect, 1)
			for _, seed := range []func(context.Context) error{s.seedStaff, s.seedCustomers, s.seedLines, s.seedMoney, s.seedWeek} {
				if err := seed(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			weekIsEarned(t, s)
		})
	}
}

func weekIsEarned(t *testing.T, s *Stage) {
	s.endVouchers(t)
	const used = "SELECT COUNT(*) FROM vouchers v JOIN grants g ON g.id = v.grant_id WHERE g.state = 'ended'"
	const earned = "SELECT COUNT(*) FROM ledger_entries WHERE kind = 'voucher earned'"
	until(t, 60*time.Second, "the week's vouchers are used up and earned", func() bool {
		return s.counted(t, used) > 40 && s.counted(t, used) == s.counted(t, earned)
	})
	s.folded(t)
	asked := daybook.MonthsUntil(clock.DayOf(s.Main.Clock.Now()), 12)
	plan, way := s.earnedBy(t, daybook.ByPlan, asked), s.earnedBy(t, daybook.ByWay, asked)
	sold := s.counted(t, "SELECT SUM(b.price_cents) FROM vouchers v JOIN grants g ON g.id = v.grant_id JOIN voucher_batches b ON b.id = v.batch_id WHERE g.state = 'ended'")
	if way[daybook.ByVoucher] != sold || plan["day"] != sold {
		t.Errorf("vouchers of %d cents were used up, the reports say %v and %v", sold, way, plan)
	}
	billed := s.counted(t, "SELECT SUM(l.net_cents * CASE WHEN i.kind = 'invoice' THEN 1 ELSE -1 END) FROM invoices i JOIN invoice_lines l ON l.invoice_id = i.id"+
		" WHERE i.issued_at IS NOT NULL AND l.item NOT IN ('deposit', 'opening')")
	if billed == 0 || way[daybook.ByInvoice] != billed {
		t.Errorf("bills of %d cents were given out, the report says %v", billed, way)
	}
	if way[""] != 0 {
		t.Error("nobody can tell how this was sold:", way)
	}
	var books int64
	for _, account := range ledger.Chart {
		if account.Kind == ledger.Income {
			b, err := s.Main.Ledger.Balance(t.Context(), account.Code, "")
			if err != nil {
				t.Fatal(err)
			}
			books -= b.Cents
		}
	}
	for _, by := range []daybook.By{daybook.ByPlan, daybook.BySite, daybook.ByWay, daybook.ByReseller, daybook.ByPartner} {
		var total int64
		for _, cents := range s.earnedBy(t, by, asked) {
			total += cents
		}
		if total != books || books <= 0 {
			t.Errorf("by %s %d cents are earned, the books say %d", by, total, books)
		}
	}
	if sites := s.earnedBy(t, daybook.BySite, asked); sites[fmt.Sprint(s.seeded.sites["kasarani"].ID)] < sold {
		t.Error("the vouchers of Kasarani are not in its revenue:", sites)
	}
	if problems, err := s.Main.proofs().Prove(t.Context()); err != nil || len(problems) > 0 {
		t.Error(problems, err)
	}
	readsReports(t, s, money.KES(books), money.KES(sold))
	s.exportsAreHarmless(t)
}

// folded waits until all is in the daybook.
func (s *Stage) folded(t *testing.T) {
	t.Helper()
	until(t, 30*time.Second, "all is in the daybook", func() bool {
		head, _, err := s.Main.Ledger.Head(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return s.counted(t, "SELECT MAX(seq) FROM daybook_heads") == head && head == s.counted(t, "SELECT COUNT(*) FROM ledger_entries")
	})
}

// endVouchers ends what guests of the week had, as their time did.
func (s *Stage) endVouchers(t *testing.T) {
	t.Helper()
	rows, err := s.Main.DB.SQL().Query("SELECT grant_id FROM vouchers WHERE grant_id <> 0 AND used_at IS NOT NULL")
	if err != nil {
		t.Fatal(err)
	}
	var grants []int64
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			t.Fatal(err)
		}
		grants = append(grants, id)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		t.Fatal(err)
	}
	for _, id := range grants {
		if err := s.Main.DB.InTx(t.Context(), func(tx *db.Tx) error { _, err := s.Main.Access.End(tx, id, access.CauseTimeUsed); return err }); err != nil {
			t.Fatal(err)
		}
	}
}

// readsReports: who may see what is earned reads each report and takes it along; a cashier may not, and of one site nobody sees what another earned.
func readsReports(t *testing.T, s *Stage, all, vouchers money.Amount) {
	manager, cashier := s.hire(t, "reads@demo.example", nil, "manager"), s.hire(t, "takes@demo.example", nil, "cashier")
	ngong := s.hire(t, "ngong@demo.example", []int64{s.seeded.sites["ngong"].ID}, "manager")
	for _, report := range []string{"revenue-plans", "revenue-sites", "revenue-ways"} {
		at := "/office/reports/" + report
		manager.expect(manager.ask(http.MethodGet, at+"?months=12", nil), http.StatusOK, all.String())
		csv := manager.send(at+"/export?months=12", nil)
		manager.expect(csv, http.StatusOK, `"Total"`, clock.DayOf(s.Main.Clock.Now()).String()[:7])
		if book := manager.send(at+"/export?months=12&as=xlsx", nil); book.status != http.StatusOK || !strings.HasPrefix(book.body, "PK") {
			t.Errorf("the workbook of %s is answered with %d", report, book.status)
		}
		cashier.expect(cashier.ask(http.MethodGet, at, nil), http.StatusForbidden)
		if page := ngong.ask(http.MethodGet, at+"?months=12", nil); page.status != http.StatusOK || strings.Contains(page.body, vouchers.String()) {
			t.Errorf("who works at Ngong is answered with %d, and sees what Kasarani earned", page.status)
		}
	}
	for _, path := range s.reportPaths(t) {
		manager.expect(manager.ask(http.MethodGet, path, nil), http.StatusOK, "<h1")
		for as, begins := range map[string]string{"": `"`, "xlsx": "PK", "pdf": "%PDF-"} {
			if file := manager.send(path+"/export?as="+as, nil); file.status != http.StatusOK || !strings.HasPrefix(file.body, begins) {
				t.Errorf("%s as %q is answered with %d and begins with %.20q", path, as, file.status, file.body)
			}
		}
	}
	s.reportsAddUp(t)
	s.paperOfReport(t, manager, all)
	s.readsLedger(t, manager, cashier, ngong)
	if s.Main.DB.Dialect() == db.SQLite {
		s.looksAt(t, manager.token, append(s.reportPaths(t), "/office/reports", "/office/ledger", "/office/ledger/entries", "/office/ledger/accounts/1100", "/office/ledger/accounts/2100", s.anEntry(t))...)
		s.closesTheMonth(t)
	}
	manager.expect(manager.ask(http.MethodGet, "/office/reports/taxes?months=12", nil), http.StatusOK, "VAT")
	manager.expect(manager.ask(http.MethodGet, "/office/reports/money", nil), http.StatusOK, "Money in by day")
	for _, wrong := range []string{"?months=13", "?months=x", "?days=0", "?days=93", "?until=2026-02-30", "?from=2026-02-30", "?range=year"} {
		manager.expect(manager.ask(http.MethodGet, "/office/reports/revenue-plans"+wrong, nil), http.StatusNotFound)
	}
	for _, right := range []string{"?range=today", "?range=week", "?range=month", "?range=last_month", "?from=2026-01-01"} {
		manager.expect(manager.ask(http.MethodGet, "/office/reports/revenue-plans"+right, nil), http.StatusOK, "Revenue by plan")
	}
	manager.expect(manager.ask(http.MethodGet, "/office/reports/revenue-plans?from=2026-11-02&until=2026-11-01", nil), http.StatusBadRequest, "A report holds 1 to 92 days.")
	manager.expect(manager.ask(http.MethodGet, "/office/reports", nil), http.StatusOK, "Revenue by plan", "Money in by day")
	cashier.expect(cashier.ask(http.MethodGet, "/office/reports", nil), http.StatusForbidden)
}

func (s *Stage) earnedBy(t *testing.T, by daybook.By, asked daybook.Asked) map[string]int64 {
	t.Helper()
	sums, err := s.Main.Daybook.Earned(t.Context(), by, asked)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]int64{}
	for _, sum := range sums {
		all[sum.Name] += sum.Cents
	}
	return all
}

// counted is what a statement counts; nothing is 0.
func (s *Stage) counted(t *testing.T, query string) int64 {
	t.Helper()
	var n *int64
	if err := s.Main.DB.SQL().QueryRow(query).Scan(&n); err != nil {
		t.Fatal(err)
	}
	if n == nil {
		return 0
	}
	return *n
}
