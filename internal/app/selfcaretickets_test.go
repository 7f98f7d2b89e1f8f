package app

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"mtandao/billing/customers"
	"mtandao/internal/db"
	"mtandao/internal/notify"
	"mtandao/internal/support"
	"mtandao/internal/words"
)

// TestACustomerWritesToUs: a ticket from her pages is one ticket however often it is sent; she reads our answer and what became of it, and nothing that only we read; a
// complaint has its number and its day, which she is told by SMS; what she adds opens a solved one again; another sees none of it. What was sent to her is listed, her
// codes are not, and moves with her when she is merged.
func TestACustomerWritesToUs(t *testing.T) {
	for _, dialect := range []string{db.SQLite, db.MySQL} {
		t.Run(dialect, func(t *testing.T) { ticketsStory(t, stageOn(t, dialect, 1)) })
	}
}

func ticketsStory(t *testing.T, s *Stage) {
	c, me := s.subscriber(t, "Wanjiru Mugo", "0712345001")
	theirs, other := s.subscriber(t, "Otieno", "0712345002")
	me.opens("/my/messages", "No message was sent yet.")
	form := formTo(t, me.opens("/my/tickets", "Write to us"), "/my/tickets")
	form.Set("category", "slow")
	form.Set("subject", "Slow <b>at night</b>")
	form.Set("text", "Since Monday.\n<script>alert(1)</script>")
	form.Set("complaint", "1")
	for field, bad := range map[string]string{"subject": " ", "text": "", "category": "x", "request": "1"} {
		wrong := url.Values{}
		for name := range form {
			wrong.Set(name, form.Get(name))
		}
		wrong.Set(field, bad)
		me.again("/my/tickets", wrong, `role="alert"`)
	}
	var taps sync.WaitGroup
	for range 3 {
		taps.Go(func() { _ = me.answer(http.MethodPost, "/my/tickets", form) })
	}
	taps.Wait()
	all, err := s.Main.Tickets.OfCustomer(t.Context(), c.ID, 0, 10)
	if err != nil || len(all) != 1 || all[0].How != support.ByPortal || !all[0].Complaint {
		t.Fatal("three taps:", all, err)
	}
	at := "/my/ticket/" + number(all[0].ID)
	page := me.opens(at, all[0].Shown(), "Slow &lt;b&gt;at night&lt;/b&gt;", "Since Monday.", "A complaint, to be settled by", "Communications Authority", "We are on it")
	if strings.Contains(page, "<script") || len(page) > 14<<10 {
		t.Error("a script, or", len(page), "octets")
	}
	me.opens("/my/tickets", at, all[0].Shown())
	me.opens("/my/messages", "SMS to 0712 ••• 001", all[0].Shown())
	s.answered(t, me, at, all[0])
	form.Set("k", stampField.FindStringSubmatch(other.opens("/my/tickets"))[1])
	for _, path := range []string{at} {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			if got := other.answer(method, path, form); got.status != http.StatusNotFound || strings.Contains(got.body, all[0].Shown()) {
				t.Error("another's", method, path, got.status)
			}
		}
	}
	if page := other.again("/my/tickets", form); strings.Contains(page, all[0].Shown()) { // her form's own value is of her alone
		t.Error("another's ticket by its request")
	}
	for path, has := range map[string]string{"/my/messages": "Messages we sent", "/my/tickets": "Write to us"} {
		if page := other.opens(path, has); strings.Contains(page, all[0].Shown()) {
			t.Error(path, "shows another's")
		}
	}
	if err := s.Main.Customers.Merge(t.Context(), c.ID, theirs.ID, customers.By{Actor: "test"}); err != nil {
		t.Fatal(err)
	}
	other.opens("/my/messages", all[0].Shown())
	other.opens(at, all[0].Shown(), "3 is a mast.")
}

// answered has staff answer a ticket, note what only they read, and solve it; she reads the one and not the other, and opens it again.
func (s *Stage) answered(t *testing.T, me *kiosk, at string, one support.Ticket) {
	t.Helper()
	by := support.By{Actor: "agent@demo.example"}
	if err := s.Main.Tickets.Note(t.Context(), support.Act{TicketID: one.ID}, "She is right, the mast is full", by); err != nil {
		t.Fatal(err)
	}
	if err := s.Main.Tickets.Answer(t.Context(), support.Answer{Act: support.Act{TicketID: one.ID}, Text: "We moved you to another mast.", Channel: notify.SMS, Then: support.Solved}, by); err != nil {
		t.Fatal(err)
	}
	page := me.opens(at, "We moved you to another mast.", "Solved", "It is not solved")
	if strings.Contains(page, "the mast is full") || strings.Contains(page, "agent@") {
		t.Error("she reads what only we read")
	}
	again := formTo(t, page, at)
	me.again(at, again, `role="alert"`) // an empty one
	again.Set("text", "It is as slow as before.")
	me.again(at, again, "It is as slow as before.", "We are on it")
	me.again(at, again, "It is as slow as before.")
	events, err := s.Main.Tickets.History(t.Context(), one.ID, 0, 50)
	heard := 0
	for _, e := range events {
		if e.Kind == support.Heard {
			heard++
		}
	}
	if err != nil || heard != 1 {
		t.Error("she is heard", heard, "times", err)
	}
	for n := range 4 {
		if err := s.Main.Tickets.Answer(t.Context(), support.Answer{Act: support.Act{TicketID: one.ID}, Text: strings.Repeat(number(int64(n))+" is a mast. ", 270)}, by); err != nil {
			t.Fatal(err)
		}
	}
	page = me.opens(at, "3 is a mast.", "Older")
	_, before, _ := strings.Cut(page, `href="`+at+"?before=")
	before, _, _ = strings.Cut(before, `"`)
	if older := me.opens(at + "?before=" + before); len(page) > 14<<10 || len(older) > 14<<10 || !strings.Contains(older, "is a mast.") || strings.Contains(older, "3 is") {
		t.Errorf("long texts: pages of %d and %d octets", len(page), len(older))
	}
	s.say(t, one.CustomerID)
	if page := me.opens("/my/messages", "We moved you"); strings.Contains(page, "code is") || strings.Contains(page, "918273") {
		t.Error("a code is listed")
	}
	me.opens("/my/messages?l=sw", "Ujumbe tuliotuma")
	me.opens("/my?l=en", "/my/messages", "/my/tickets")
}

// say sends a customer a code, which no list shows.
func (s *Stage) say(t *testing.T, customerID int64) {
	t.Helper()
	err := s.Main.DB.InTx(t.Context(), func(tx *db.Tx) error {
		_, err := s.Main.Notify.Send(tx, notify.Message{Key: "a code", Customer: customerID, Purpose: notify.ForCode, Channel: notify.SMS, To: "0712345001", Language: words.English, Words: "entry.code", Args: []any{"Account", "1", "Code", "918273"}})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
