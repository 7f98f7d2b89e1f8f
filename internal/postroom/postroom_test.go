package postroom

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/notify"
	"mtandao/internal/settings"
	"mtandao/internal/sim/messages"
	"mtandao/internal/support"
	"mtandao/internal/testdb"
)

func TestAnEmailBecomesATicket(t *testing.T) {
	each(t, func(r *room) {
		testdb.ModelsMatch(t, r.DB, boxRow{}, mailRow{})
		c := r.customer("Wanjiku", "0712345678", "wanjiku@example.com")
		id := r.write("Wanjiku <Wanjiku@Example.com>", "No internet", "The light is red.", "Content-Type: multipart/mixed; boundary=b", "", "--b", "", "The light is red.", "--b", "Content-Type: text/x-log; name=light.log", "", "xxxx", "--b--")
		r.write("stranger@x.example", "", "How much is it?")
		r.read()
		r.read()
		all := r.tickets()
		if len(all) != 2 || all[0].CustomerID != c.ID || all[0].SiteID != 3 || all[0].How != support.ByEmail || all[0].Subject != "No internet" || all[1].CustomerID != 0 || all[1].Contact.Value != "stranger@x.example" || all[1].Subject != "-" {
			r.Fatalf("got %+v", all)
		}
		if got := r.said(all[0]); !slices.Equal(got, []string{"opened The light is red."}) {
			r.Errorf("got %q", got)
		}
		with := r.with(all[0])
		if want := (support.Mail{ID: id, From: "wanjiku@example.com", FromName: "Wanjiku", Known: true, Files: []support.MailFile{{Name: "light.log", Type: "text/x-log", Size: 4, Refused: "file.type"}}}); !reflect.DeepEqual(with, want) {
			r.Errorf("got %+v", with)
		}
		if len(r.sent) != 2 || r.sent[0].To != "wanjiku@example.com" || r.sent[0].Language != "sw" || r.sent[0].Channel != notify.Email || r.sent[0].Thread.Answers != id || r.sent[0].Thread.Person ||
			r.sent[0].Thread.ReplyTo != "help@provider.example" || !strings.Contains(fmt.Sprint(r.sent[0].Args...), all[0].Shown()) || strings.Contains(r.sent[0].Letter.Text, "Wanjiku") {
			r.Errorf("acknowledged by %+v", r.sent)
		}
		for _, in := range r.post.In("INBOX") {
			if before := strings.Contains(string(in.Raw), "before@x"); in.Seen == before {
				r.Errorf("%d: seen %v; what was there before is left alone, what was taken is marked", in.UID, in.Seen)
			}
		}
	})
}

// TestNothingIsLostOrDoneTwice kills the program between any two steps, and cuts the line around each command.
func TestNothingIsLostOrDoneTwice(t *testing.T) {
	each(t, func(r *room) {
		wrote := 0
		try := func(name string, spoil, mend func()) {
			r.writeWith("asha@x.example", fmt.Sprintf("Matter %d", wrote), "It is broken: "+name, paper(fmt.Sprint(wrote)))
			r.write("brian@x.example", fmt.Sprintf("Matter %d", wrote+1), "It is slow: "+name)
			wrote += 2
			spoil()
			r.clock.Advance(20 * time.Minute)
			_ = r.Read(ctx)
			mend()
			r.read()
			r.read()
			if all := r.tickets(); len(all) != wrote || len(r.sent) > wrote || r.files() != wrote/2 {
				r.Fatalf("%s: %d tickets, %d files and %d answers of %d e-mails", name, len(all), r.files(), len(r.sent), wrote)
			}
		}
		for _, step := range []string{"fetched", "taken, not committed", "committed", "put away"} {
			try(step, func() {
				r.after = func(at string) error {
					if at == step {
						return errKilled
					}
					return nil
				}
			}, func() { r.after = nil })
		}
		for _, verb := range []string{"LOGIN", "SELECT", "SEARCH", "FETCH", "STORE", "LOGOUT"} {
			try("before "+verb, func() { r.post.SetFaults(messages.PostFaults{Cut: verb}) }, func() { r.post.SetFaults(messages.PostFaults{}) })
			try("after "+verb, func() { r.post.SetFaults(messages.PostFaults{CutAfter: verb}) }, func() { r.post.SetFaults(messages.PostFaults{}) })
		}
		try("numbered anew", r.post.Renumber, func() {})
		for _, in := range r.post.In("INBOX")[1:] {
			if !in.Seen {
				r.Errorf("%s is not seen", in.Raw)
			}
		}
		var untold int
		r.must(r.DB.SQL().QueryRowContext(ctx, "SELECT COUNT(*) FROM mails WHERE outcome = ''").Scan(&untold))
		if untold != 0 {
			r.Errorf("%d e-mails without an outcome", untold)
		}
	})
}

func TestAnAnswerFindsItsTicketAndAStrangersDoesNot(t *testing.T) {
	each(t, func(r *room) {
		r.customer("Wanjiku", "0712345678", "wanjiku@example.com", "office@example.com")
		first := r.write("wanjiku@example.com", "No internet", "The light is red.")
		r.read()
		one := r.tickets()[0]
		r.must(r.Tickets.Answer(ctx, support.Answer{Act: support.Act{TicketID: one.ID}, Text: "Is it green now?", Channel: notify.Email, Then: support.Waiting}, owner))
		ours := r.sent[len(r.sent)-1]
		if !ours.Thread.Person || ours.Thread.Answers != first || ours.Thread.ReplyTo != "help@provider.example" || ours.To != "wanjiku@example.com" {
			r.Fatalf("answered by %+v", ours.Thread)
		}
		name := "77." + ours.Thread.Mark + "@provider.example"
		guessed := name[:len(name)-len("0@provider.example")] + "!@provider.example"
		for _, c := range []struct {
			name, from, subject, header string
			joins                       bool
		}{
			{"from another address, with our name", "wanjiku@work.example", "Re: anything", "In-Reply-To: <" + name + ">", true},
			{"our name among others", "a@x.example", "Re: anything", "References: <" + first + "> <" + name + ">", true},
			{"the reference, from an address of the customer's", "office@example.com", "Re: Ticket " + one.Shown() + ": No internet", "X: y", true},
			{"the reference, from a stranger", "evil@x.example", "Re: Ticket " + one.Shown(), "X: y", false},
			{"a guessed name", "evil@x.example", "Re: Ticket " + one.Reference, "In-Reply-To: <" + guessed + ">", false},
			{"the customer's own e-mail, from them", "wanjiku@example.com", "Still red", "In-Reply-To: <" + first + ">", true},
			{"the customer's own e-mail, from a stranger", "evil@x.example", "Still red", "In-Reply-To: <" + first + ">", false},
		} {
			before, heard := len(r.tickets()), len(r.said(one))
			r.write(c.from, c.subject, "Text of "+c.name, c.header)
			r.read()
			all := r.tickets()
			if joined := len(r.said(one)) > heard; joined != c.joins || (len(all) == before) != c.joins {
				r.Errorf("%s: joined %v, %d tickets after %d", c.name, joined, len(all), before)
			}
			if last := all[len(all)-1]; !c.joins && r.with(last).Suspect != one.Reference {
				r.Errorf("%s: names %q", c.name, r.with(last).Suspect)
			}
		}
		if now, err := r.Tickets.Get(ctx, one.ID); err != nil || now.State != support.Open {
			r.Errorf("the clock goes on: %v, %v", now.State, err)
		}
	})
}

func TestProgramsOwnMailsAndFloodsMakeNoStorm(t *testing.T) {
	each(t, func(r *room) {
		r.write("wanjiku@example.com", "No internet", "The light is red.")
		r.read()
		one := r.tickets()[0]
		name := "5." + r.sent[0].Thread.Mark + "@provider.example"
		r.write("vacation@x.example", "Away", "I am away.", "Auto-Submitted: auto-replied")
		r.write("news@x.example", "Offers", "Buy.", "List-Id: <news>")
		r.write("mailer-daemon@x.example", "Undelivered", "No such mailbox.")
		r.post.Put(mail(name, "help@provider.example", "Ticket", "Ours that came back."))
		r.write("wanjiku@example.com", "Away", "I am away.", "Auto-Submitted: auto-replied", "In-Reply-To: <"+name+">")
		r.read()
		if got := r.said(one); !slices.Equal(got, []string{"opened The light is red.", "noted I am away."}) || len(r.tickets()) != 1 || len(r.sent) != 1 {
			r.Errorf("got %q, %d tickets, %d answers", got, len(r.tickets()), len(r.sent))
		}
		r.must(r.DB.InTx(ctx, func(tx *db.Tx) error { return r.Settings.Set(tx, settings.TicketMailsHour, "8") }))
		for n := range 15 {
			r.write("flood@x.example", fmt.Sprintf("Matter %d", n), "x")
		}
		r.read()
		if all := r.tickets(); len(all) != 1+8 || len(r.sent) != 1+mostAcknowledged {
			r.Errorf("a flood makes %d tickets and %d answers", len(all)-1, len(r.sent)-1)
		}
		r.write("help@provider.example", "To ourselves", "x")
		r.write("no address", "Nobody", "x")
		r.read()
		if all := r.tickets(); len(all) != 1+8+2 || len(r.sent) != 1+mostAcknowledged {
			r.Errorf("what can be a person's is a ticket, but we do not answer ourselves or nobody: %d, %d", len(all), len(r.sent))
		}
		left, err := r.Left(ctx, 0, 50)
		r.must(err)
		why := map[Reason]int{}
		for _, l := range left {
			why[l.Reason]++
		}
		if want := map[Reason]int{"auto": 1, "bulk": 1, "bounce": 1, Own: 1, Flood: 7}; !reflect.DeepEqual(why, want) || left[0].From != "flood@x.example" {
			r.Errorf("left %v", why)
		}
		for _, in := range r.post.In("INBOX") {
			if strings.Contains(string(in.Raw), "List-Id") && in.Seen {
				r.Error("what made no ticket is marked as read")
			}
		}
	})
}

func TestAMailboxThatCannotBeReadIsSaidAndTold(t *testing.T) {
	each(t, func(r *room) {
		r.read()
		r.post.SetFaults(messages.PostFaults{Locked: true})
		r.must(r.Read(ctx))
		r.clock.Advance(61 * time.Minute)
		r.must(r.Read(ctx))
		_, is, err := r.Get(ctx)
		if err != nil || is.Reason != "mailbox.sign_in" {
			r.Errorf("got %+v, %v", is, err)
		}
		if got, err := r.Unread(ctx); err != nil || len(got) != 1 || got[0].Value != 61 || got[0].Subject != "help@provider.example" {
			r.Errorf("alarm reads %+v, %v", got, err)
		}
		a, _, err := r.Get(ctx)
		r.must(err)
		if err := r.Try(ctx, a); fault.KeyOf(err) != "mailbox.sign_in" {
			r.Errorf("tried: %v", err)
		}
		r.write("late@x.example", "Late", "x")
		r.post.SetFaults(messages.PostFaults{})
		r.must(r.Try(ctx, a))
		r.read()
		if got, err := r.Unread(ctx); err != nil || got[0].Value != 0 || len(r.tickets()) != 1 {
			r.Errorf("after it: %+v, %v", got, err)
		}
		a.Off = true
		r.must(r.Save(ctx, a, owner))
		if got, err := r.Unread(ctx); err != nil || len(got) != 0 {
			r.Errorf("switched off: %+v, %v", got, err)
		}
		if err := r.Save(ctx, Account{}, owner); fault.KeyOf(err) != "mailbox.address" {
			r.Errorf("empty: %v", err)
		}
		r.clock.Advance(3 * 365 * 24 * time.Hour)
		r.must(r.Clean(ctx))
		var n int
		r.must(r.DB.SQL().QueryRowContext(ctx, "SELECT COUNT(*) FROM mails").Scan(&n))
		if n != 0 {
			r.Errorf("%d rows after three years", n)
		}
	})
}

// TestAFloodUnderEverOtherNamesIsPutAsideAndTold: so many become tickets in an hour; what answers us gets through; staff are told how many wait, and none is lost.
func TestAFloodUnderEverOtherNamesIsPutAsideAndTold(t *testing.T) {
	each(t, func(r *room) {
		r.must(r.DB.InTx(ctx, func(tx *db.Tx) error { return r.Settings.Set(tx, settings.TicketMailsHour, "1") }))
		for n := range crowd + 5 {
			r.write(fmt.Sprintf("bot%d@x.example", n), fmt.Sprintf("Matter %d", n), "x")
		}
		r.read()
		all := r.tickets()
		if len(all) != crowd {
			r.Fatalf("%d tickets", len(all))
		}
		r.clock.Advance(30 * time.Minute)
		r.write("late@x.example", "Re: anything", "Still red.", "In-Reply-To: <5."+r.sent[0].Thread.Mark+"@provider.example>")
		r.write("new@x.example", "New", "x")
		r.read()
		if got := r.said(all[0]); len(r.tickets()) != crowd || got[len(got)-1] != "heard Still red." {
			r.Errorf("%d tickets, %q", len(r.tickets()), got)
		}
		if got, err := r.Flooded(ctx); err != nil || len(got) != 1 || got[0].Value != 6 || got[0].Subject != "help@provider.example" {
			r.Errorf("the alarm reads %+v, %v", got, err)
		}
		if left, err := r.Left(ctx, 0, 50); err != nil || len(left) != 6 || left[0].Reason != Crowd {
			r.Errorf("%+v, %v", left, err)
		}
		r.clock.Advance(2 * time.Hour)
		r.write("new@x.example", "New again", "x")
		r.read()
		if got, err := r.Flooded(ctx); err != nil || got[0].Value != 0 || len(r.tickets()) != crowd+1 {
			r.Errorf("after it: %+v, %v, %d tickets", got, err, len(r.tickets()))
		}
	})
}
