package app

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"mtandao/billing/customers"
	"mtandao/internal/db"
)

var (
	olderLink = regexp.MustCompile(`href="(/office/customers/[0-9]+\?tab=history&amp;before=[0-9]+)"`)
	timeRow   = regexp.MustCompile(`(?s)<tr>.*?</tr>`)
)

// TestOneTimelineOfACustomer: what was changed and noted, the line's events, the money and the tickets stand in one list in order of time; its pages follow one another with nothing left out or
// told twice; and who may not see money sees none.
func TestOneTimelineOfACustomer(t *testing.T) {
	for _, dialect := range []string{db.SQLite, db.MySQL} {
		t.Run(dialect, func(t *testing.T) {
			s := stageOn(t, dialect, 1)
			_, c := s.lapsed(t, 0)
			for n := range 60 {
				if err := s.Main.Customers.AddNote(t.Context(), c.ID, fmt.Sprintf("note number %d.", n), customers.By{Actor: "test"}); err != nil {
					t.Fatal(err)
				}
			}
			s.payByHand(t, "254799000123", c.Number, 2500)
			owner := s.hire(t, "owner-two@demo.example", nil, "owner")
			at := "/office/customers/" + number(c.ID)
			until(t, 20*time.Second, "the money is there", func() bool { return strings.Contains(owner.ask(http.MethodGet, at, nil).body, "Paid by M-Pesa") })
			var rows []string
			for page := at; page != ""; {
				body := owner.ask(http.MethodGet, page, nil).body
				rows = append(rows, timeRow.FindAllString(body[strings.Index(body, "What happened"):], -1)...)
				older := olderLink.FindStringSubmatch(body)
				if page = ""; older != nil {
					page = strings.ReplaceAll(older[1], "&amp;", "&")
				}
			}
			all := strings.Join(rows, "\n")
			for n := range 60 {
				if times := strings.Count(all, fmt.Sprintf("note number %d.", n)); times != 1 {
					t.Errorf("note %d is told %d times", n, times)
				}
			}
			for _, want := range []string{"&#43;KES 2,500", "Renewed", "Customer made", "lapsed0"} {
				if !strings.Contains(all, want) {
					t.Errorf("nothing says %q", want)
				}
			}
			if strings.Contains(all, "-KES 2,500") {
				t.Error("a renewal is told by its line and by its money")
			}
			technician := s.hire(t, "fits@demo.example", nil, "technician")
			if body := technician.ask(http.MethodGet, at+"?tab=history", nil).body; strings.Contains(body, "Paid by M-Pesa") || !strings.Contains(body, "lapsed0") {
				t.Error("a technician sees money, or no line")
			}
		})
	}
}
