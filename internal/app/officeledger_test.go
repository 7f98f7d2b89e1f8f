package app

import (
	"encoding/csv"
	"fmt"
	"html"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"mtandao/billing/books"
	"mtandao/internal/clock"
	"mtandao/internal/money"
	"mtandao/internal/staff"
	"mtandao/internal/words"
)

// readsLedger: all pages of the ledger, what they say beside the books themselves, their files, and whom they are for.
func (s *Stage) readsLedger(t *testing.T, manager, cashier, elsewhere *colleague) {
	manager.expect(manager.ask(http.MethodGet, "/office/ledger", nil), http.StatusOK, "Every account of the books", "M-Pesa tills", "What the provider has, or is owed.")
	for path, status := range map[string]int{"/office/ledger": http.StatusForbidden, "/office/ledger/accounts/1100": http.StatusNotFound, "/office/ledger/entries": http.StatusForbidden, "/office/reports/trial-balance": http.StatusForbidden} {
		cashier.expect(cashier.ask(http.MethodGet, path, nil), http.StatusForbidden)
		elsewhere.expect(elsewhere.ask(http.MethodGet, path, nil), status)
	}
	for _, nothing := range []string{"/office/ledger/accounts/9999", "/office/ledger/entries/7", "/office/ledger/accounts/1100?before=x", "/office/ledger/entries?before=2026-11-27_0_0"} {
		manager.expect(manager.ask(http.MethodGet, nothing, nil), http.StatusNotFound)
	}
	last := clock.DayOf(s.Main.Plan.Now()) + 40
	trial, err := s.Main.books().Trial(t.Context(), 1, last)
	if err != nil || !trial.Agrees() || len(trial.Accounts) < 10 {
		t.Fatalf("%+v %v", trial, err)
	}
	for _, a := range trial.Accounts {
		b, err := s.Main.Ledger.Balance(t.Context(), a.Code, "")
		if err != nil || b.Cents != a.AfterCents() {
			t.Errorf("account %s is %v in the books and %d in the trial balance: %v", a.Code, b, a.AfterCents(), err)
		}
		s.readsAccount(t, a.Code, last, b.Cents)
	}
	s.followsCauses(t, manager)
	manager.expect(manager.send("/office/ledger/proof", nil), http.StatusSeeOther)
	until(t, 60*time.Second, "the books are proved", func() bool {
		page := manager.ask(http.MethodGet, "/office/ledger", nil).body
		return !strings.Contains(page, "Being proved") && strings.Contains(page, "The books are whole")
	})
	s.takesEntries(t, manager, trial)
}

// readsAccount pages through a statement: each balance follows from the next.
func (s *Stage) readsAccount(t *testing.T, account string, last clock.Day, now int64) {
	t.Helper()
	mark, balance := "", now
	for {
		lines, err := s.Main.books().Statement(t.Context(), account, 1, last, mark, 7)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range lines {
			if l.Balance != balance {
				t.Fatalf("account %s stands at %d after %s, want %d", account, l.Balance, l.Source, balance)
			}
			balance -= l.Cents
			mark = l.Mark()
		}
		if len(lines) < 7 {
			break
		}
	}
	if balance != 0 {
		t.Errorf("account %s began with %d", account, balance)
	}
}

var causeLink = regexp.MustCompile(`href="(/office/[^"]+)"[^>]*>(?:<svg[^>]*>.*?</svg>)?\s*(?:<span>)?Open: `)

// followsCauses opens an entry of each kind: it is told in words of both languages, and what caused it is one press away.
func (s *Stage) followsCauses(t *testing.T, manager *colleague) {
	rows, err := s.Main.DB.SQL().Query("SELECT kind, MIN(id) FROM ledger_entries GROUP BY kind")
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[string]int64{}
	for rows.Next() {
		var kind string
		var id int64
		if err := rows.Scan(&kind, &id); err != nil {
			t.Fatal(err)
		}
		kinds[kind] = id
	}
	if err := rows.Close(); err != nil || len(kinds) < 5 {
		t.Fatal(kinds, err)
	}
	for kind, id := range kinds {
		e := books.Entry{Kind: kind}
		if e.Text(words.English) == kind || e.Text(words.Swahili) == kind {
			t.Errorf("there are no words for %q", kind)
		}
		page := manager.ask(http.MethodGet, fmt.Sprint("/office/ledger/entries/", id), nil)
		manager.expect(page, http.StatusOK, html.EscapeString(e.Text(words.English)), "Total")
		link := causeLink.FindStringSubmatch(page.body)
		if link == nil {
			t.Errorf("nothing says what caused the entry %q", kind)
			continue
		}
		manager.expect(manager.ask(http.MethodGet, link[1], nil), http.StatusOK, "<h1")
	}
}

// takesEntries reads the files: of all accounts every side, so that debits are as much as credits; of one also what stood in it.
func (s *Stage) takesEntries(t *testing.T, manager *colleague, trial books.Trial) {
	days := "from=" + (clock.DayOf(s.Main.Clock.Now()) - 60).String() + "&until=" + (clock.DayOf(s.Main.Plan.Now()) + 25).String()
	sums := func(path string) (debits, credits int64, rows [][]string) {
		t.Helper()
		file := manager.send(path, nil)
		if file.status != http.StatusOK {
			t.Fatalf("%s is answered with %d", path, file.status)
		}
		rows, err := csv.NewReader(strings.NewReader(file.body)).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range rows[1:] {
			debits, credits = debits+centsOf(t, r[9]), credits+centsOf(t, r[10])
		}
		return debits, credits, rows
	}
	debits, credits, rows := sums("/office/ledger/entries/export?" + days)
	if debits != credits || debits != trial.Debits || int64(len(rows)-1) != trial.Postings {
		t.Errorf("%d are debited and %d credited on %d rows; the trial balance says %d on %d", debits, credits, len(rows)-1, trial.Debits, trial.Postings)
	}
	for _, a := range trial.Accounts {
		debits, credits, rows := sums("/office/ledger/accounts/" + a.Code + "/export?" + days)
		if debits != a.DebitCents || credits != a.CreditCents || centsOf(t, rows[len(rows)-1][11]) != a.AfterCents() {
			t.Errorf("account %s: %d, %d and %s; the trial balance says %+v", a.Code, debits, credits, rows[len(rows)-1][11], a)
		}
	}
	if book := manager.send("/office/ledger/entries/export?as=xlsx&"+days, nil); book.status != http.StatusOK || !strings.HasPrefix(book.body, "PK") {
		t.Errorf("the workbook is answered with %d", book.status)
	}
}

// readsLedgerByCommands: what the commands write of the ledger, as JSON, as comma-separated values and for people, is the same and balanced.
func readsLedgerByCommands(t *testing.T) {
	t.Helper()
	var trial struct {
		Accounts []accountTold `json:"accounts"`
		Debit    int64         `json:"debit_cents"`
		Credit   int64         `json:"credit_cents"`
		Balanced bool          `json:"balanced"`
	}
	var debits int64
	rows, err := csv.NewReader(strings.NewReader(must(t, "ledger", "entries", "--csv"))).ReadAll()
	for _, r := range rows[1:] {
		debits += centsOf(t, r[9])
	}
	if err != nil || debits == 0 {
		t.Errorf("the entries debit %d: %v", debits, err)
	}
	until(t, 30*time.Second, "what was booked last is chained", func() bool {
		fromJSON(t, must(t, "ledger", "trial-balance", "--json"), &trial)
		return trial.Debit == debits
	})
	rows, err = csv.NewReader(strings.NewReader(must(t, "ledger", "trial-balance", "--csv"))).ReadAll()
	if total := rows[len(rows)-1]; err != nil || !trial.Balanced || trial.Debit == 0 || trial.Debit != trial.Credit || len(rows) != len(trial.Accounts)+2 || centsOf(t, total[4]) != trial.Debit || centsOf(t, total[6]) != 0 {
		t.Errorf("%+v, and as a table %v: %v", trial, rows, err)
	}
	var accounts []accountTold
	fromJSON(t, must(t, "ledger", "accounts", "--json"), &accounts)
	if len(accounts) != len(books.Chart) || !strings.Contains(must(t, "ledger", "accounts"), "Vouchers sold and not used yet") {
		t.Errorf("%+v", accounts)
	}
	for n, line := range strings.Split(strings.TrimSpace(must(t, "ledger", "entries", "--account", "2110", "--json")), "\n") {
		var e entryTold
		if fromJSON(t, line, &e); e.ID == 0 || len(e.Sides) < 2 {
			t.Errorf("line %d: %s", n, line)
		}
	}
	for _, wrong := range [][]string{{"ledger", "entries", "--account", "9999"}, {"ledger", "trial-balance", "--from", "2026-12-01", "--to", "2026-11-01"}} {
		if code, out, said := runCommand(t, wrong...); code != exitFailed || out != "" || said == "" {
			t.Errorf("%v: exit %d %s%s", wrong, code, out, said)
		}
	}
}

// centsOf reads an amount of a file; an empty cell is nothing.
func centsOf(t *testing.T, text string) int64 {
	t.Helper()
	if text == "" {
		return 0
	}
	cents, err := strconv.ParseInt(strings.Replace(text, ".", "", 1), 10, 64)
	if err != nil || !strings.Contains(text, ".") {
		t.Fatalf("%q is no amount", text)
	}
	return cents
}

// closesTheMonth: the accountant signs in, reads the taxes, who owes, and the trial balance, and takes it along; all say the same to the cent.
func (s *Stage) closesTheMonth(t *testing.T) {
	s.invoiced(t)
	s.folded(t)
	by := staff.By{Command: "test"}
	if _, err := s.Main.Staff.SaveRole(t.Context(), by, staff.Role{Key: "accountant", Name: "Accountant", Permissions: []staff.Permission{staff.ReportsView, staff.PaymentsView, staff.CustomersView}}); err != nil {
		t.Fatal(err)
	}
	who := s.hire(t, "accountant@demo.example", nil, "accountant")
	p := &person{browser: newTab(t, newAllocator(t), true), name: "the accountant"}
	defer p.limited(3 * time.Minute)()
	p.do(chromedp.Do(p.ctx, chromedp.EmulateViewport(1280, 900)))
	base := "http://" + s.Main.HTTPAddress()
	p.open(base + "/office/reports")
	p.types("email", "accountant@demo.example")
	p.types("password", "four words in a row")
	p.presses(goesOn)
	p.reads("01-reports", "What do you want to know?")
	first, last := firstOfMonth(s.Main.Clock.Now()), clock.DayOf(s.Main.Plan.Now())
	month := "?from=" + first.String() + "&until=" + last.String()
	trial, err := s.Main.books().Trial(t.Context(), first, last)
	if err != nil {
		t.Fatal(err)
	}
	moved := map[string]books.Standing{}
	for _, a := range trial.Accounts {
		moved[a.Code] = a
	}
	for n, step := range []struct {
		link, query string
		say         []int64
	}{{"/office/reports/taxes", month, []int64{moved["2500"].CreditCents - moved["2500"].DebitCents}}, {"/office/reports/ageing", "", []int64{moved["1200"].AfterCents()}},
		{"/office/reports/trial-balance", month, []int64{trial.Debits, moved["2500"].CreditCents, moved["1200"].AfterCents(), 0}}} {
		p.open(base + "/office/reports")
		p.presses(`a[href="` + step.link + `"]`)
		p.see(15*time.Second, "<h1")
		p.open(base + step.link + step.query)
		for _, cents := range step.say {
			p.see(15*time.Second, money.KES(cents).String())
		}
		p.reads(fmt.Sprintf("%02d%s", n+2, strings.ReplaceAll(step.link, "/", "-")), "<h1")
	}
	p.see(time.Second, "The books balance: it sums to zero.")
	file := who.send("/office/reports/trial-balance/export"+month, nil)
	rows, err := csv.NewReader(strings.NewReader(file.body)).ReadAll()
	if err != nil || file.status != http.StatusOK {
		t.Fatal(file.status, err)
	}
	if total := rows[len(rows)-1]; centsOf(t, total[3]) != 0 || centsOf(t, total[4]) != trial.Debits || centsOf(t, total[5]) != trial.Credits || centsOf(t, total[6]) != 0 {
		t.Errorf("the file's last row is %v, the page says %+v", total, trial)
	}
	p.report()
}

func firstOfMonth(at time.Time) clock.Day {
	year, month, _ := clock.DayOf(at).Date()
	return clock.Date(year, month, 1)
}
