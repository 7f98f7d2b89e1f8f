package app

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/scheduled"
	"mtandao/internal/sim/messages"
	"mtandao/internal/staff"
)

// TestReportsComeByEMail: every report as its page offers it, made and sent by the program itself, as PDF and as a workbook; confirmed outside by an owner, stopped
// by the link of an e-mail and by who manages staff.
func TestReportsComeByEMail(t *testing.T) {
	for _, dialect := range []string{db.SQLite, db.MySQL} {
		t.Run(dialect, func(t *testing.T) {
			s := stageOn(t, dialect, 1)
			for _, seed := range []func(context.Context) error{s.seedPost, s.seedStaff, s.seedCustomers, s.seedLines, s.seedMoney, s.seedWeek} {
				if err := seed(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			reportsAreSent(t, s)
		})
	}
}

func reportsAreSent(t *testing.T, s *Stage) {
	manager, owner, cashier := s.hire(t, "mails@demo.example", nil, "manager"), s.hire(t, "confirms@demo.example", nil, "owner"), s.hire(t, "counts@demo.example", nil, "cashier")
	cashier.expect(cashier.ask(http.MethodGet, "/office/schedules", nil), http.StatusForbidden)
	manager.expect(manager.look("/office/schedules/new"), http.StatusOK, "Revenue by plan")
	made := map[string]string{}
	for _, r := range s.Main.Scheduled.Reports {
		as := "pdf"
		if len(made)%2 == 1 {
			as = "xlsx"
		}
		form := url.Values{"every": {"daily"}, "hour": {"7"}, "span": {string(r.Spans[len(r.Spans)-1])}, "format": {as}, "to": {"mails@demo.example\nbooks@firm.example"}}
		at := "/office/schedules/new?report=" + r.Name
		got := manager.send(at, manager.filled(at, form))
		manager.expect(got, http.StatusSeeOther)
		made[r.Name] = got.location
		manager.expect(manager.look(got.location), http.StatusOK, "Waits for an owner", "mails@demo.example")
	}
	if len(made) < 13 {
		t.Fatal("these are not all reports:", made)
	}
	s.dueNow(t)
	mine := s.mailed(t, "mails@demo.example", len(made))
	if outside := s.Messages.Inbox("books@firm.example"); len(outside) != 0 {
		t.Fatal("it went outside before an owner said so")
	}
	for _, m := range mine {
		kind := map[bool]string{true: "%PDF-", false: "PK"}[strings.HasSuffix(m.Files[0].Name, ".pdf")]
		if len(m.Files) != 1 || !strings.HasPrefix(string(m.Files[0].Bytes), kind) || m.Header["List-Unsubscribe-Post"] == nil {
			t.Errorf("%s came with %d files, %q and %v", m.Subject, len(m.Files), m.Files[0].Name, m.Header)
		}
	}
	manager.expect(manager.look(made["revenue-plans"]), http.StatusOK, "With the carrier")
	outsideToo(t, s, made["revenue-plans"], manager, owner)
}

// outsideToo: an owner confirms the address, who has it stops it and wants it again, and nobody gets anything any more when whose it is has left.
func outsideToo(t *testing.T, s *Stage, at string, manager, owner *colleague) {
	confirm := regexp.MustCompile(at + `/confirm/[0-9]+`)
	if confirm.MatchString(manager.look(at).body) {
		t.Error("a manager is offered to confirm")
	}
	to := confirm.FindString(owner.look(at).body)
	manager.expect(manager.send(to, nil), http.StatusForbidden)
	s.unproven(t)
	owner.expect(owner.send(to, nil), http.StatusOK, `name="proof"`)
	s.proven(t)
	owner.expect(owner.send(to, nil), http.StatusSeeOther)
	s.dueNow(t)
	came := s.mailed(t, "books@firm.example", 1)
	link := stopShape.FindString(came[0].Text)
	if link == "" || came[0].Header["List-Unsubscribe"][0] != "<"+link+">" {
		t.Fatalf("%q, %v", came[0].Text, came[0].Header)
	}
	if s.Main.DB.Dialect() == db.SQLite {
		s.looksAt(t, owner.token, "/office/schedules", "/office/schedules/new", "/office/schedules/new?report=lines", at, at+"/edit", at+"/remove", link[strings.Index(link, "/e/"):])
	}
	reader := &colleague{t: t}
	reader.expect(reader.ask(http.MethodGet, link, nil), http.StatusOK, "no more?")
	reader.expect(reader.ask(http.MethodGet, link+"x", nil), http.StatusNotFound, "opens nothing")
	if got := manager.look(at); strings.Contains(got.body, "Does not want it") {
		t.Error("whoever looks at mail has stopped it by looking")
	}
	reader.expect(reader.ask(http.MethodPost, link, url.Values{"List-Unsubscribe": {"One-Click"}}), http.StatusOK, "not sent to you any more")
	manager.expect(manager.look(at), http.StatusOK, "Does not want it")
	s.dueNow(t)
	s.mailed(t, "mails@demo.example", 3*len(s.Main.Scheduled.Reports))
	s.mailed(t, "books@firm.example", 1)
	reader.expect(reader.ask(http.MethodPost, link+"/again", nil), http.StatusOK, "no more?")
	s.disable(t, "mails@demo.example")
	s.dueNow(t)
	owner.expect(owner.look(at), http.StatusOK, "Stopped", "It stopped by itself")
	s.mailed(t, "books@firm.example", 1)
	s.mailed(t, "mails@demo.example", 3*len(s.Main.Scheduled.Reports))
	owner.expect(owner.send(at+"/remove", nil), http.StatusSeeOther)
	owner.expect(owner.look(at), http.StatusNotFound)
	reader.expect(reader.ask(http.MethodGet, link, nil), http.StatusNotFound)
	owner.expect(owner.look("/office/audit"), http.StatusOK, "let a report go to an address from outside", "asked not to get a report any more", "stopped a report by e-mail", "ended a report by e-mail")
}

var stopShape = regexp.MustCompile(`http://\S+/e/[0-9a-f]{32}`)

// disable lets a member in no more.
func (s *Stage) disable(t *testing.T, email string) {
	t.Helper()
	m, err := s.Main.Staff.MemberByEmail(t.Context(), email)
	if err == nil {
		err = s.Main.Staff.Disable(t.Context(), staff.By{Command: "test"}, m.ID)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// dueNow has all that is sent again and again be due, and sends it.
func (s *Stage) dueNow(t *testing.T) {
	t.Helper()
	if _, err := s.Main.DB.SQL().Exec("UPDATE report_schedules SET next_at = ? WHERE state = 'on'", s.Main.Clock.Now().Add(-time.Minute)); err != nil {
		t.Fatal(err)
	}
	if err := s.Main.Scheduled.Tick(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// mailed waits for e-mails to an address.
func (s *Stage) mailed(t *testing.T, to string, n int) []messages.Item {
	t.Helper()
	until(t, 60*time.Second, "the reports have come to "+to, func() bool { return len(s.Messages.Inbox(to)) >= n })
	all := s.Messages.Inbox(to)
	if len(all) != n {
		t.Fatalf("%d e-mails came to %s, not %d", len(all), to, n)
	}
	return all
}

// mailing is a schedule of a report of all sites, by an owner.
func (s *Stage) mailing(t *testing.T, to ...string) (id int64, recipients []scheduled.Recipient) {
	t.Helper()
	by := scheduled.By{Member: staff.Member{ID: s.ownerID(t), State: staff.Active, Roles: []staff.Role{{Key: staff.Owner}}}, From: "192.0.2.1"}
	sc, err := s.Main.Scheduled.Save(t.Context(), by, scheduled.Schedule{Report: "revenue-plans", Every: scheduled.Weekly, Day: 1, Hour: 7, Span: scheduled.LastWeek, Format: scheduled.PDF}, to)
	if err == nil {
		_, recipients, err = s.Main.Scheduled.Get(t.Context(), by, sc.ID)
	}
	if err != nil {
		t.Fatal(err)
	}
	return sc.ID, recipients
}

// ownerID is the first owner there is.
func (s *Stage) ownerID(t *testing.T) int64 {
	t.Helper()
	all, err := s.Main.Staff.Active(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range all {
		if m.IsOwner() {
			return m.ID
		}
	}
	s.hire(t, "sends@demo.example", nil, "owner")
	return s.ownerID(t)
}
