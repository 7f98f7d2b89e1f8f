package support

import (
	"slices"
	"strings"
	"testing"
	"time"

	"mtandao/billing/customers"
	"mtandao/internal/db"
	"mtandao/internal/notify"
	"mtandao/internal/testdb"
)

func TestModelsMatchTheTables(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		testdb.ModelsMatch(t, d, ticketRow{}, eventRow{}, textRow{}, cannedRow{})
	})
}

// TestATicketFromItsOpeningToItsEnd tells one story, and wants every step in the history and in the trail.
func TestATicketFromItsOpeningToItsEnd(t *testing.T) {
	each(t, func(d *desk) {
		c := d.customer("Jane Akinyi", "0712 345 678")
		one := d.ticket(c.ID, func(o *Opening) { o.Tell = true })
		if one.SiteID != 3 || one.Queue != "care" || !one.Due.Equal(noon.Add(24*time.Hour)) || len(d.sent) != 1 {
			d.Fatalf("%+v, %d messages", one, len(d.sent))
		}
		for _, m := range d.sent {
			if m.To != "254712345678" || m.Purpose != notify.ForTicket || !strings.Contains(notifyText(m), one.Shown()) || !strings.Contains(notifyText(m), "tumepokea") {
				d.Errorf("told %+v", m)
			}
		}
		d.must(d.Take(ctx, one.ID, asha))
		d.must(d.Note(ctx, d.act(one), "Fibre cut at the junction?", brian))
		d.must(d.Answer(ctx, Answer{Act: d.act(one), Text: "We come today.", Channel: notify.SMS, Then: Waiting}, asha))
		d.clock.Advance(10 * time.Hour)
		d.must(d.Hear(ctx, d.act(one), "It works again.", ByPhone, asha))
		if now := d.now(one); now.State != Open || !now.Due.Equal(noon.Add(34*time.Hour)) || !now.StoppedAt.IsZero() {
			d.Errorf("the clock did not go on with what was left: %+v", now)
		}
		d.must(d.HandOver(ctx, d.act(one), "Brian@example.com", "field", asha))
		d.must(d.Prioritise(ctx, d.act(one), Urgent, brian))
		if now := d.now(one); now.Owner != brian.Actor || now.Queue != "field" || !now.Due.Equal(noon.Add(14*time.Hour)) {
			d.Errorf("%+v", now)
		}
		d.must(d.Link(ctx, d.act(one), Link{"router", 77}, brian))
		d.must(d.Turn(ctx, d.act(one), Solved, brian))
		d.wants(d.Turn(ctx, d.act(one), Waiting, brian), "ticket.turn")
		d.clock.Advance(time.Hour)
		d.must(d.Hear(ctx, d.act(one), "Off again.", ByPhone, asha))
		if now := d.now(one); now.State != Open || now.Reopened != 1 || !now.Due.Equal(d.clock.Now().Add(4*time.Hour)) || !now.DoneAt.IsZero() {
			d.Errorf("not opened again: %+v", now)
		}
		d.must(d.Turn(ctx, d.act(one), Solved, brian))
		d.clock.Advance(8 * 24 * time.Hour)
		d.must(d.Sweep(ctx))
		if now := d.now(one); now.State != Closed {
			d.Errorf("a week after it was solved it is %s", now.State)
		}
		want := []EventKind{Opened, Owned, Noted, Answered, Turned, Heard, Turned, Owned, Queued, Prioritised, Linked, Turned, Heard, Turned, Turned, Turned}
		if got := d.kinds(one); !slices.Equal(got, want) {
			d.Errorf("history %v", got)
		}
		if n := d.trail(one); n != 12 {
			d.Errorf("%d deeds in the trail", n)
		}
	})
}

func notifyText(m notify.Message) string {
	var all []string
	for _, a := range m.Args {
		if text, ok := a.(string); ok {
			all = append(all, text)
		}
	}
	return strings.Join(all, " ")
}

func TestATicketIsOverdueOnlyWhileItsClockRuns(t *testing.T) {
	each(t, func(d *desk) {
		late, waits := d.ticket(0), d.ticket(0)
		d.must(d.Turn(ctx, d.act(waits), Waiting, asha))
		d.clock.Advance(25 * time.Hour)
		if !d.now(late).Overdue(d.clock.Now()) || d.now(waits).Overdue(d.clock.Now()) {
			d.Error("the one whose clock runs is overdue, the other is not")
		}
		all, err := d.List(ctx, Filter{Overdue: true})
		if err != nil || len(all) != 1 || all[0].ID != late.ID {
			d.Errorf("overdue: %v %v", all, err)
		}
		d.must(d.Turn(ctx, d.act(waits), Open, asha))
		if now := d.now(waits); now.Overdue(d.clock.Now()) || !now.Due.Equal(noon.Add(49*time.Hour)) {
			d.Errorf("due %v", now.Due)
		}
	})
}

// TestAReferenceIsReadFromThePhone wants each of a ticket's references found however it is typed, and a wrong digit or two swapped ones refused.
func TestAReferenceIsReadFromThePhone(t *testing.T) {
	for range 50 {
		reference := drawReference()
		for _, typed := range []string{reference, strings.ToLower(reference), Grouped(reference), reference[:4] + "-" + reference[4:], " " + reference + " "} {
			if got, ok := ReadReference(typed); !ok || got != reference {
				t.Errorf("%q is read as %q", typed, got)
			}
		}
		for i := 1; i < len(reference); i++ {
			for _, digit := range "0123456789" {
				wrong := reference[:i] + string(digit) + reference[i+1:]
				if _, ok := ReadReference(wrong); ok != (wrong == reference) {
					t.Errorf("%s for %s is read: %v", wrong, reference, ok)
				}
			}
			if i+1 < len(reference) && reference[i] != reference[i+1] {
				swapped := reference[:i] + string([]byte{reference[i+1], reference[i]}) + reference[i+2:]
				if _, ok := ReadReference(swapped); ok {
					t.Errorf("%s for %s is read", swapped, reference)
				}
			}
		}
	}
	for _, typed := range []string{"", "T", "T12345678", "4829173", "TABCDEFG", "T482917"} {
		if _, ok := ReadReference(typed); ok {
			t.Errorf("%q is no reference", typed)
		}
	}
}

func TestWhatIsNoTicketIsRefused(t *testing.T) {
	each(t, func(d *desk) {
		for key, spoil := range map[string]func(*Opening){
			"ticket.subject":   func(o *Opening) { o.Subject = " \n" },
			"ticket.category":  func(o *Opening) { o.Category = "weather" },
			"ticket.priority":  func(o *Opening) { o.Priority = "" },
			"ticket.queue":     func(o *Opening) { o.Queue = "kitchen" },
			"ticket.how":       func(o *Opening) { o.How = "pigeon" },
			"ticket.who":       func(o *Opening) { o.Contact.Value = "" },
			"ticket.text":      func(o *Opening) { o.Text = strings.Repeat("a", 4001) },
			"phone.short":      func(o *Opening) { o.Contact.Value = "0712" },
			"customer.unknown": func(o *Opening) { o.CustomerID = 12 },
		} {
			o := Opening{Ticket: Ticket{Contact: customers.Contact{Kind: customers.ByPhone, Value: "0700 111 222"}, Subject: "Slow", Category: "slow", Priority: Low,
				How: ByPhone}, Text: "Very.", Request: d.request()}
			spoil(&o)
			_, err := d.Open(ctx, o, asha)
			d.wants(err, key)
		}
		one := d.ticket(0)
		d.wants(d.HandOver(ctx, d.act(one), "nobody@example.com", "care", asha), "ticket.owner")
		d.wants(d.HandOver(ctx, d.act(one), "wanja@example.com", "care", asha), "ticket.owner") // who works elsewhere
		d.wants(d.Answer(ctx, Answer{Act: d.act(one), Text: "Hello", Channel: notify.Email, Then: Open}, asha), "ticket.channel")
		d.wants(d.Note(ctx, Act{TicketID: 5}, "x", asha), "ticket.unknown")
	})
}

func TestAComplaintHasTheRegulatorsDays(t *testing.T) {
	each(t, func(d *desk) {
		c := d.customer("Jane Akinyi", "0712 345 678")
		one := d.ticket(c.ID)
		d.clock.Advance(4 * 24 * time.Hour)
		d.must(d.Complain(ctx, d.act(one), asha))
		now := d.now(one)
		if want := noon.AddDate(0, 0, 30); !now.ComplaintDue.Equal(want) || now.DaysLeft(d.clock.Now()) != 26 || len(d.sent) != 1 {
			d.Fatalf("ends %v, %d days left, %d told", now.ComplaintDue, now.DaysLeft(d.clock.Now()), len(d.sent))
		}
		d.must(d.Turn(ctx, d.act(one), Waiting, asha)) // the regulator does not wait
		d.clock.Advance(22 * 24 * time.Hour)
		readings, err := d.ComplaintsEnd(ctx)
		if err != nil || len(readings) != 1 || readings[0] != (notify.Reading{Subject: one.Shown(), Value: 4}) {
			d.Errorf("%v %v", readings, err)
		}
		d.clock.Advance(time.Minute)
		if left := now.DaysLeft(d.clock.Now()); left != 4 {
			d.Errorf("a minute later it ends in %d days", left)
		}
		if left := now.DaysLeft(now.ComplaintDue.Add(time.Minute)); left != -1 {
			d.Errorf("a minute after its end: %d", left)
		}
		d.wants(d.Uncomplain(ctx, d.act(one), "", asha), "ticket.text")
		d.must(d.Turn(ctx, d.act(one), Solved, asha))
		if readings, err = d.ComplaintsEnd(ctx); err != nil || len(readings) != 0 {
			d.Errorf("a complaint that is settled is told: %v %v", readings, err)
		}
		d.must(d.Uncomplain(ctx, d.act(one), "It was a question.", asha))
		if now := d.now(one); now.Complaint || !now.ComplaintDue.IsZero() {
			d.Errorf("%+v", now)
		}
	})
}
