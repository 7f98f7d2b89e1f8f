package safaricom

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// statementHeadings are those of the portal's export of an organisation's account.
var statementHeadings = []string{"Receipt No.", "Completion Time", "Initiation Time", "Details", "Transaction Status", "Paid In", "Withdrawn", "Balance", "Balance Confirmed", "Reason Type", "Other Party Info", "Linked Transaction ID", "A/C No."}

// statementRow is one movement of a short code's money.
type statementRow struct {
	at     time.Time
	cents  int64 // below zero: it left
	fields []string
}

var moveReasons = map[string]string{KindPush: "Pay Bill Online", KindPayBill: "Pay Bill", KindTill: "Merchant Payment"}

// Statement is a short code's statement as the portal exports it, what people typed included, of all that moved from one instant up to another, oldest first; false when no merchant has the code.
func (s *Server) Statement(code string, from, until time.Time) (string, bool) {
	n := slices.IndexFunc(s.opt.Merchants, func(m Merchant) bool { return m.answersTo(code) })
	if n < 0 {
		return "", false
	}
	to := s.opt.Merchants[n]
	var text strings.Builder
	line := func(cells ...string) {
		for n, c := range cells {
			cells[n] = `"` + strings.ReplaceAll(c, `"`, `""`) + `"`
		}
		text.WriteString(strings.Join(cells, ",") + "\n")
	}
	line("Organization Name", to.Name)
	line("Short Code", to.ShortCode)
	line("Time Period", "From "+statementTime(from)+" To "+statementTime(until))
	line(slices.Clone(statementHeadings)...)
	balance := int64(0)
	for _, r := range s.statementRows(to) {
		if balance += r.cents; !r.at.Before(from) && r.at.Before(until) {
			in, out := grouped(r.cents), ""
			if r.cents < 0 {
				in, out = "", "-"+grouped(-r.cents)
			}
			at := statementTime(r.at)
			line(r.fields[0], at, at, r.fields[1], "Completed", in, out, grouped(balance), "true", r.fields[2], r.fields[3], r.fields[4], r.fields[5])
		}
	}
	return text.String(), true
}

// statementRows are what came to a merchant and what was reversed, oldest first. Payouts are of another account.
func (s *Server) statementRows(to Merchant) (all []statementRow) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ours := map[string]bool{}
	for _, m := range s.moves {
		if m.ShortCode != to.payee() {
			continue
		}
		ours[m.Receipt] = true
		party := s.party(m.Phone)
		all = append(all, statementRow{m.At, m.Cents, []string{m.Receipt, moveReasons[m.Kind] + " from " + party, moveReasons[m.Kind], party, "", m.Reference}})
	}
	for _, b := range s.sentBack {
		if ours[b.Of] {
			party := s.party(b.Phone)
			all = append(all, statementRow{b.At, -b.Cents, []string{b.Receipt, "Reversal to " + party, "Pay Bill Reversal", party, b.Of, ""}})
		}
	}
	slices.SortStableFunc(all, func(a, b statementRow) int { return a.at.Compare(b.at) })
	return all
}

// party is a person as the portal shows them; the caller holds the lock.
func (s *Server) party(phone string) string {
	return phone[:6] + "***" + phone[9:] + " - " + s.person(phone).name
}

func statementTime(t time.Time) string { return t.In(eastAfrica).Format("02-01-2006 15:04:05") }

// statement gives the file to whoever asks for it, of all that moved so far.
func (s *Server) statement(w http.ResponseWriter, r *http.Request) {
	text, known := s.Statement(r.PathValue("code"), time.Unix(0, 0), s.opt.Clock.Now().Add(time.Second))
	if !known {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="ORG_`+r.PathValue("code")+`_Utility.csv"`)
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write([]byte(text))
}
