package app

import (
	"html"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"mtandao/billing/subscriptions"
	"mtandao/internal/audit"
	"mtandao/internal/db"
	"mtandao/internal/notify"
	"mtandao/radius"
	"mtandao/radius/outages"
)

// lineOf is a line of the demo by its login.
func (s *Stage) lineOf(t *testing.T, login string) subscriptions.Subscription {
	t.Helper()
	all, err := s.Main.Lines.List(t.Context(), subscriptions.Which{}, 0, 50)
	if err != nil {
		t.Fatal(err)
	}
	for _, sub := range all {
		if sub.State.Login.Name == login {
			return sub
		}
	}
	t.Fatalf("there is no line %s", login)
	return subscriptions.Subscription{}
}

// whyAt is the page about a line at an instant.
func whyAt(sub subscriptions.Subscription, at time.Time) string {
	return "/office/customers/" + number(sub.CustomerID) + "/why?" + url.Values{"line": {number(sub.ID)}, "at": {at.In(nairobiTime).Format("2006-01-02T15:04")}}.Encode()
}

var nairobiTime = time.FixedZone("EAT", 3*60*60)

// offline are pages about instants, each with another cause: a power cut, a line that ran out, a wrong password, a guest.
func (s *Stage) offline(t *testing.T) (paths []string) {
	t.Helper()
	at, late := s.dayOf(20, 14), s.dayOf(22, 44)
	cut, ran, wrong := s.lineOf(t, "njeri"), s.lineOf(t, "kiptoo"), s.lineOf(t, "amina")
	s.session(t, cut, at.Add(-6*time.Hour), at.Add(-24*time.Minute), "Lost-Carrier")
	s.session(t, cut, at.Add(18*time.Minute), at.Add(4*time.Hour), "User-Request")
	o := outages.Outage{State: outages.Given, From: at.Add(-24 * time.Minute), Until: at.Add(17 * time.Minute), Proof: outages.Proof{Why: outages.WhyBoot, Boot: at.Add(17 * time.Minute), BootBy: outages.ByUptime}}
	s.foundAt(t, cut.State.Place.RouterID, o)
	s.session(t, wrong, late.Add(-9*time.Hour), late.Add(-20*time.Minute), "User-Request")
	err := s.Main.DB.InTx(t.Context(), func(tx *db.Tx) error {
		r := radius.Refusal{ID: tx.ID(), RouterID: wrong.State.Place.RouterID, SiteID: wrong.State.Place.SiteID, GrantID: wrong.GrantID, About: radius.AboutCustomers, Day: late.Format(time.DateOnly), Cause: "wrong_secret",
			MAC: "02405e000002", NameHash: "amina", Name: "amina", Times: 3, FirstAt: late.Add(-9 * time.Minute), LastAt: late.Add(-2 * time.Minute)}
		return tx.Gorm().Create(&r).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	return append(paths, whyAt(cut, at), whyAt(ran, at), whyAt(wrong, late), whyAt(cut, at.Add(-2*time.Hour)), whyAt(wrong, s.Main.Plan.Now().Add(24*time.Hour)), "/office/customers/"+number(cut.CustomerID)+"/why?at=yesterday")
}

// session writes down one that is over, as accounting would have.
func (s *Stage) session(t *testing.T, sub subscriptions.Subscription, from, until time.Time, cause string) {
	t.Helper()
	err := s.Main.DB.InTx(t.Context(), func(tx *db.Tx) error {
		id := tx.ID()
		return tx.Gorm().Create(&radius.Over{Session: radius.Session{ID: id, RouterID: sub.State.Place.RouterID, SessionKey: number(id), Epoch: 1, SiteID: sub.State.Place.SiteID, GrantID: sub.GrantID,
			SessionID: number(id), UserName: sub.State.Login.Name, MAC: "02405e000001", StartedAt: from, UpdatedAt: until, Seconds: int64(until.Sub(from) / time.Second)}, EndedAt: until, Cause: cause, ClosedBy: radius.ByRouter}).Error
	})
	if err != nil {
		t.Fatal(err)
	}
}

// foundAt moves an outage that was found out to a router.
func (s *Stage) foundAt(t *testing.T, routerID int64, o outages.Outage) {
	t.Helper()
	o = s.insertFound(t, o.State, o.From, o.Until.Sub(o.From), o.Proof)
	if _, err := s.Main.DB.SQL().Exec("UPDATE router_outages SET router_id = ? WHERE id = ?", routerID, o.ID); err != nil {
		t.Fatal(err)
	}
}

// TestWhyALineWasOffline asks the page as who sees it: the sentence, the next step and what may not be seen; another site's staff see nothing of it.
func TestWhyALineWasOffline(t *testing.T) {
	for _, dialect := range []string{db.SQLite, db.MySQL} {
		t.Run(dialect, func(t *testing.T) {
			s := stageOn(t, dialect, 1)
			bare := s.customer(t)
			if err := s.seedLines(t.Context()); err != nil {
				t.Fatal(err)
			}
			pages := s.offline(t)
			support := s.hire(t, "support@demo.example", nil, "support")
			says := func(who *colleague, path string, parts ...string) string {
				t.Helper()
				got := who.ask(http.MethodGet, path, nil)
				body := html.UnescapeString(got.body)
				for _, part := range parts {
					if got.status != http.StatusOK || !strings.Contains(body, part) {
						t.Errorf("%s answers %d and does not say %q", path, got.status, part)
					}
				}
				return body
			}
			says(support, pages[0], "Router kasarani-1 was off from 19:50 to 20:31 and came up anew: a power cut.", "Back at 20:32.", "had no power at", "It has been back since", "Nothing to do.",
				"Online on kasarani-1", "Went offline on kasarani-1", "The time you asked about", "Lost-Carrier")
			ran := s.lineOf(t, "kiptoo")
			says(support, pages[1], "The time was over at", "Waiting for the payment of KES 2,500.", "Pay, and it is back within a minute.")
			says(support, pages[1]+"&l=sw", "Muda uliisha", "Inasubiri malipo ya KES 2,500.")
			cashier := s.hire(t, "cashier@demo.example", nil, "cashier")
			says(cashier, pages[1], "Send a prompt for KES 2,500", `href="/office/customers/`+number(ran.CustomerID)+`/ask"`)
			technician := s.hire(t, "tech@demo.example", nil, "technician")
			if body := says(technician, pages[1], "The time was over at"); strings.Contains(body, "KES") {
				t.Error("who may not see payments sees an amount")
			}
			says(support, pages[2], "Wrong password 3 times, from 22:35 to 22:42, as amina.", "See the login and the password", "The password is wrong. · 3 times, until 22:42")
			says(support, pages[4], "That is still to come")
			says(support, pages[5], "This is no day and time.")
			s.sendsWhy(t, support, pages[1], ran)
			s.whyElsewhere(t, support, pages[0], bare.ID)
			s.guestWhy(t, support)
			s.inSwahili(t, support, ran)
		})
	}
}

// sendsWhy sends the two sentences by SMS from the page, once however often it is pressed; who may only look is not offered it.
func (s *Stage) sendsWhy(t *testing.T, support *colleague, page string, line subscriptions.Subscription) {
	t.Helper()
	u, err := url.Parse(page)
	if err != nil {
		t.Fatal(err)
	}
	form := url.Values{"line": {u.Query().Get("line")}, "at": {u.Query().Get("at")}}
	for range 2 {
		if got := support.send(u.Path, form); got.status != http.StatusSeeOther {
			t.Fatalf("sending: %d %s", got.status, got.body)
		}
	}
	support.expect(support.ask(http.MethodGet, page, nil), http.StatusOK, "Send by SMS to 0711")
	texts := 0
	events, err := s.Main.Audit.List(t.Context(), audit.Filter{Object: "customer", ObjectID: number(line.CustomerID), Limit: 20})
	if err != nil || len(events) == 0 || events[0].Action != "offline explained" {
		t.Errorf("%+v %v", events, err)
	}
	all, err := s.Main.Notify.List(t.Context(), notify.Page{Limit: 50})
	for _, m := range all {
		if _, _, text, err := s.Main.Notify.Read(t.Context(), m.ID); err == nil && strings.Contains(text, "Pay, and it is back within a minute.") {
			texts++
		}
	}
	if err != nil || texts != 1 {
		t.Errorf("%d messages: %v", texts, err)
	}
	form.Set("at", "2040-01-01T00:00")
	if got := support.send(u.Path, form); got.status != http.StatusNotFound {
		t.Errorf("of the time to come: %d", got.status)
	}
	technician := s.hire(t, "looks@demo.example", nil, "technician")
	if body := technician.ask(http.MethodGet, page, nil).body; strings.Contains(body, "Send by SMS") {
		t.Error("who may not change a customer may send them messages")
	}
}

// whyElsewhere: for staff of another site there is no such page, and a customer without a line has nothing that could be offline.
func (s *Stage) whyElsewhere(t *testing.T, support *colleague, page string, bare int64) {
	t.Helper()
	elsewhere := s.hire(t, "elsewhere@demo.example", []int64{s.seeded.sites["ngong"].ID}, "manager")
	if got := elsewhere.ask(http.MethodGet, page, nil); got.status != http.StatusNotFound {
		t.Errorf("staff of another site: %d", got.status)
	}
	support.expect(support.ask(http.MethodGet, "/office/customers/"+number(bare)+"/why", nil), http.StatusOK, "No line")
	support.expect(support.ask(http.MethodGet, "/office/customers/1/why", nil), http.StatusNotFound, "")
}

// guestWhy asks about a guest's grant, which is online, and finds the page of a line from its grant.
func (s *Stage) guestWhy(t *testing.T, support *colleague) {
	t.Helper()
	_, grant := s.bought(t, "kasarani-1", "02a1b2c3d4aa")
	here := "/office/grants/" + grant
	support.expect(support.ask(http.MethodGet, here, nil), http.StatusOK, here+"/why")
	until(t, 10*time.Second, "its session is told", func() bool {
		return strings.Contains(support.ask(http.MethodGet, here+"/why", nil).body, "It was online at")
	})
	before := url.Values{"at": {s.Main.Plan.Now().Add(-time.Hour).In(nairobiTime).Format("2006-01-02T15:04")}}
	support.expect(support.ask(http.MethodGet, here+"/why?"+before.Encode(), nil), http.StatusOK, "There was nothing to be online with yet.")
	line := s.lineOf(t, "amina")
	if got := support.ask(http.MethodGet, "/office/grants/"+number(line.GrantID)+"/why", nil); got.status != http.StatusSeeOther || !strings.Contains(got.location, "/why?line="+number(line.ID)) {
		t.Errorf("the grant of a line leads to %d %q", got.status, got.location)
	}
}

// inSwahili: the customer is told in their own language, whatever staff read.
func (s *Stage) inSwahili(t *testing.T, support *colleague, line subscriptions.Subscription) {
	t.Helper()
	if _, err := s.Main.DB.SQL().Exec("UPDATE customers SET lang = 'sw' WHERE id = ?", line.CustomerID); err != nil {
		t.Fatal(err)
	}
	support.expect(support.ask(http.MethodGet, whyAt(line, s.dayOf(20, 14)), nil), http.StatusOK, "The time was over at", "Lipa, na itarudi ndani ya dakika moja.")
}
