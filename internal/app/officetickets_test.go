package app

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"mtandao/billing/customers"
	"mtandao/internal/db"
	"mtandao/internal/support"
	"mtandao/internal/words"
)

// ticketed is a ticket of a customer's, and a canned answer.
func (s *Stage) ticketed(t *testing.T, customerID int64) (ticket, answer int64) {
	t.Helper()
	for range 2 { // the demo's own, once
		if err := s.seedTickets(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	by := support.By{Actor: "test"}
	made, err := s.Main.Tickets.Open(t.Context(), support.Opening{Ticket: support.Ticket{CustomerID: customerID, Subject: "No internet", Category: "offline", Priority: support.Urgent, How: support.ByPhone, Complaint: true}, Text: "Since the morning."}, by)
	if err != nil {
		t.Fatal(err)
	}
	canned, err := s.Main.Tickets.SaveCanned(t.Context(), support.Canned{Name: "Cut", Texts: map[words.Lang]string{words.English: "Dear {name}, a cable is cut. {reference}", words.Swahili: "{name}, waya umekatika. {reference}"}}, by)
	if err != nil {
		t.Fatal(err)
	}
	return made.ID, canned.ID
}

func TestTicketsFromTheConsole(t *testing.T) {
	for _, dialect := range []string{db.SQLite, db.MySQL} {
		t.Run(dialect, func(t *testing.T) { ticketStory(t, stageOn(t, dialect, 1)) })
	}
}

var hiddenField = regexp.MustCompile(`<input type="hidden" name="(once|seen|of|version)" value="([^"]*)">`)

// filled is a form of a page with its hidden fields, and what is typed.
func (c *colleague) filled(path string, typed url.Values) url.Values {
	c.t.Helper()
	page := c.look(path)
	if page.status != http.StatusOK {
		c.t.Fatalf("%s: %d", path, page.status)
	}
	for _, m := range hiddenField.FindAllStringSubmatch(page.body, -1) {
		typed.Set(m[1], m[2])
	}
	return typed
}

// ticketStory is a call, two colleagues who answer it at once, and a search by the number.
func ticketStory(t *testing.T, s *Stage) {
	c := s.customer(t)
	support1, support2 := s.hire(t, "one@demo.example", nil, "support"), s.hire(t, "two@demo.example", nil, "support")
	form := support1.filled("/office/tickets/new?customer="+number(c.ID), url.Values{"subject": {"No internet"}, "text": {"The light is red."}, "category": {"offline"}, "priority": {"high"}, "how": {"phone"}, "tell": {"true"}})
	made := support1.send("/office/tickets/new", form)
	again := support1.send("/office/tickets/new", form)
	if made.status != http.StatusSeeOther || again.location != made.location {
		t.Fatalf("opened %d %s, and again %d %s: %s", made.status, made.location, again.status, again.location, made.body)
	}
	all, err := s.Main.Tickets.OfCustomer(t.Context(), c.ID, 0, 10)
	if err != nil || len(all) != 1 {
		t.Fatal(all, err)
	}
	one := all[0]
	if got := support2.look("/office/search?q=" + url.QueryEscape(strings.ToLower(one.Shown()))); got.location != made.location {
		t.Errorf("the number finds %d %s", got.status, got.location)
	}
	if got := support1.send(made.location+"/take", url.Values{}); got.status != http.StatusSeeOther {
		t.Error(got.status)
	}
	support2.send(made.location+"/take", url.Values{})
	if one, err = s.Main.Tickets.Get(t.Context(), one.ID); err != nil || one.Owner != "one@demo.example" {
		t.Errorf("%s has it: %v", one.Owner, err)
	}
	first := support1.filled(made.location+"/act/answer", url.Values{"text": {"We come at noon."}, "channel": {"sms"}, "then": {"waiting"}})
	second := support2.filled(made.location+"/act/answer", url.Values{"text": {"We come tomorrow."}, "channel": {"sms"}, "then": {"waiting"}})
	if got := support1.send(made.location+"/act/answer", first); got.status != http.StatusSeeOther {
		t.Fatal(got.status, got.body)
	}
	lost := support2.send(made.location+"/act/answer", second)
	if lost.status != http.StatusConflict || !strings.Contains(lost.body, "one@demo.example was faster") || !strings.Contains(lost.body, "We come tomorrow.") || !strings.Contains(lost.body, "We come at noon.") {
		t.Errorf("who lost sees %d %s", lost.status, lost.body)
	}
	if got := support1.send(made.location+"/act/answer", first); got.status != http.StatusSeeOther {
		t.Error("the same form again", got.status)
	}
	said, err := s.Main.Tickets.History(t.Context(), one.ID, 0, 50)
	if err != nil {
		t.Fatal(err)
	}
	answers := 0
	for _, e := range said {
		if e.Kind == support.Answered {
			answers++
		}
	}
	if answers != 1 || len(said) != 4 {
		t.Errorf("%d answers in %+v", answers, said)
	}
	aside(t, s, support1, c)
}

// aside: who works elsewhere sees nothing of it, and a canned answer comes in the customer's language.
func aside(t *testing.T, s *Stage, in *colleague, c customers.Customer) {
	ticket, answer := s.ticketed(t, c.ID)
	at := "/office/tickets/" + number(ticket)
	if got := in.look(at + "/act/answer?canned=" + number(answer)); !strings.Contains(got.body, "waya umekatika") || !strings.Contains(got.body, c.Name) {
		t.Errorf("the canned answer is not filled in: %s", got.body)
	}
	elsewhere := s.hire(t, "ngong@demo.example", []int64{s.seeded.sites["ngong"].ID}, "support")
	for _, path := range []string{at, at + "/act/answer", "/office/tickets?after=" + number(ticket)} {
		if got := elsewhere.look(path); got.status != http.StatusNotFound {
			t.Errorf("%s from elsewhere: %d", path, got.status)
		}
	}
	if got := elsewhere.look("/office/tickets"); strings.Contains(got.body, "No internet") {
		t.Error("the list shows another site's ticket")
	}
	if got := in.look("/office/tickets?show=complaints"); !strings.Contains(got.body, "days left") {
		t.Errorf("the complaint is not counted: %s", got.body)
	}
	if all, err := s.Main.Tickets.List(t.Context(), support.Filter{}); err != nil || len(all) != len(demoTickets)+1 { // one of them is solved, two are of this test
		t.Errorf("%d tickets are to do: %v", len(all), err)
	}
	s.Main.Tickets.Clock = ahead{s.Main.Clock, 5 * time.Hour}
	if got := in.look("/office/tickets?show=overdue"); !strings.Contains(got.body, at) {
		t.Error("five hours later it is not overdue")
	}
	if got := in.look("/office"); !strings.Contains(got.body, "2 are overdue") {
		t.Error("the first page does not count those that are overdue")
	}
}

// ahead is a clock that is ahead.
type ahead struct {
	clockOf
	by time.Duration
}

type clockOf interface{ Now() time.Time }

func (l ahead) Now() time.Time { return l.clockOf.Now().Add(l.by) }

func (c *colleague) look(path string) officeAnswer {
	c.t.Helper()
	return c.ask(http.MethodGet, path, nil)
}
