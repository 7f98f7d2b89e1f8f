package support

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"mtandao/billing/customers"
	"mtandao/internal/db"
	"mtandao/internal/notify"
	"mtandao/internal/testdb"
	"mtandao/internal/words"
)

func TestTicketsMoveWithTheirCustomer(t *testing.T) {
	each(t, func(d *desk) {
		from, to := d.customer("Jane Akinyi", "0712 345 678"), d.customer("Jane A.", "0722 345 678")
		one, other := d.ticket(from.ID), d.ticket(to.ID)
		d.must(d.DB.InTx(ctx, func(tx *db.Tx) error { return d.MoveCustomer(tx, from.ID, to.ID, asha) }))
		if d.now(one).CustomerID != to.ID || d.now(other).Version != 1 || d.trail(one) != 2 {
			d.Errorf("%+v", d.now(one))
		}
		if n, err := d.Held(ctx, to.ID); err != nil || n != 2 {
			d.Errorf("holds %d: %v", n, err)
		}
	})
}

// TestWhoMovesWhatChangedMeanwhileIsToldWhoWasFaster, though nobody is its owner.
func TestWhoMovesWhatChangedMeanwhileIsToldWhoWasFaster(t *testing.T) {
	each(t, func(d *desk) {
		one := d.ticket(0)
		read := d.now(one)
		d.must(d.Note(ctx, d.act(one), "She called again.", brian))
		err := d.DB.InTx(ctx, func(tx *db.Tx) error { return d.erase(tx, read, asha) })
		d.wants(err, "ticket.changed")
		if said := words.Fault(words.English, err); !strings.HasPrefix(said, brian.Actor+" was faster") {
			d.Error(said)
		}
	})
}

// TestErasingTakesWhatPeopleWroteAndNothingElse looks for what was written in every column of every table of the database.
func TestErasingTakesWhatPeopleWroteAndNothingElse(t *testing.T) {
	each(t, func(d *desk) {
		const secret = "my husband Otieno hit the router"
		c := d.customer("Jane Akinyi", "0712 345 678")
		one := d.ticket(c.ID, func(o *Opening) { o.Subject, o.Text, o.Complaint = secret, "said "+secret, true })
		d.must(d.Note(ctx, d.act(one), "noted "+secret, asha))
		_, err := d.EraseOf(ctx, c.ID, asha)
		d.wants(err, "ticket.erase_live")
		d.must(d.Turn(ctx, d.act(one), Closed, asha))
		if n := d.findings(secret); n != 3 {
			d.Fatalf("found in %d places before", n)
		}
		if n, err := d.EraseOf(ctx, c.ID, asha); err != nil || n != 1 {
			d.Fatal(n, err)
		}
		if n := d.findings(secret); n != 0 {
			d.Errorf("found in %d places", n)
		}
		if now := d.now(one); now.Reference != one.Reference || !now.Complaint || now.ErasedAt.IsZero() || len(d.kinds(one)) != 4 {
			d.Errorf("%+v", now)
		}
		if n, err := d.EraseOf(ctx, c.ID, asha); err != nil || n != 0 {
			d.Error("erased twice", n, err)
		}
	})
}

// findings counts the rows of tickets, their history and the trail that hold a text.
func (d *desk) findings(text string) (sum int) {
	d.Helper()
	for table, columns := range map[string]string{"tickets": "subject", "ticket_texts": "body", "ticket_events": "was became", "audit_events": "old_value new_value"} {
		for column := range strings.FieldsSeq(columns) {
			var n int
			d.must(d.DB.SQL().QueryRowContext(ctx, fmt.Sprintf("SELECT COUNT(*) FROM %s WHERE %s LIKE ?", table, column), "%"+text+"%").Scan(&n))
			sum += n
		}
	}
	return sum
}

func TestOldTextsAreErasedByTheCalendar(t *testing.T) {
	each(t, func(d *desk) {
		one, young := d.ticket(0), d.ticket(0)
		d.must(d.Turn(ctx, d.act(one), Closed, asha))
		d.clock.Set(noon.AddDate(0, 23, 0))
		d.must(d.Turn(ctx, d.act(young), Closed, asha))
		d.must(d.Sweep(ctx))
		if !d.now(one).ErasedAt.IsZero() {
			d.Error("erased a month early")
		}
		d.clock.Set(noon.AddDate(0, 24, 1))
		d.must(d.Sweep(ctx))
		if now := d.now(one); now.ErasedAt.IsZero() || now.Subject != "" || now.Contact.Value != "" || !d.now(young).ErasedAt.IsZero() {
			d.Errorf("%+v", now)
		}
		if all, err := d.OfContact(ctx, customers.Contact{Kind: customers.ByPhone, Value: "254700111222"}, 10); err != nil || len(all) != 1 || all[0].ID != young.ID {
			d.Errorf("found by the phone: %v %v", all, err)
		}
	})
}

// TestTheQueueIsReadByItsIndexes pages through every filter, on databases that say when they read a whole table.
func TestTheQueueIsReadByItsIndexes(t *testing.T) {
	each(t, func(d *desk) {
		testdb.WatchPlans(t, d.DB)
		for n := range 12 {
			one := d.ticket(0, func(o *Opening) {
				o.SiteID, o.Complaint, o.Priority = int64(n%3), n%4 == 0, Priorities[n%4]
			})
			if n%2 == 0 {
				d.must(d.Take(ctx, one.ID, asha))
			}
			d.clock.Advance(time.Minute)
		}
		for name, one := range map[string]struct {
			f    Filter
			want int
		}{"all": {Filter{}, 12}, "mine": {Filter{Owner: asha.Actor}, 6}, "unowned": {Filter{Unowned: true}, 6}, "complaints": {Filter{Complaints: true}, 3},
			"of two sites": {Filter{Sites: []int64{1, 2}}, 8}, "of a queue": {Filter{Queue: "care"}, 12}, "mine of a site": {Filter{Owner: asha.Actor, Sites: []int64{1}}, 2},
			"done": {Filter{Done: true}, 0}, "overdue": {Filter{Overdue: true}, 0}} {
			var seen []Ticket
			for f := one.f; ; {
				f.Limit = 5
				page, err := d.List(ctx, f)
				d.must(err)
				if seen = append(seen, page...); len(page) < 5 {
					break
				}
				f.After = &seen[len(seen)-1]
			}
			for i := 1; i < len(seen); i++ {
				if seen[i].Due.Before(seen[i-1].Due) || seen[i].ID == seen[i-1].ID {
					d.Errorf("%s: out of order", name)
				}
			}
			if n, err := d.Count(ctx, one.f); len(seen) != one.want || err != nil || !one.f.Done && n != one.want {
				d.Errorf("%s: %d listed, %d counted, want %d: %v", name, len(seen), n, one.want, err)
			}
		}
	})
}

func TestACannedAnswerIsFilledInBothLanguages(t *testing.T) {
	each(t, func(d *desk) {
		c := Canned{Name: " Fibre  cut ", Texts: map[words.Lang]string{words.English: "Dear {name}, the cable at your place is cut. {reference}", words.Swahili: "{name}, waya umekatika. {reference}"}}
		made, err := d.SaveCanned(ctx, c, asha)
		d.must(err)
		_, err = d.SaveCanned(ctx, c, brian)
		d.wants(err, "ticket.canned_taken")
		known := map[string]string{"{name}": "Jane", "{reference}": "T 482 9173"}
		if got := made.Fill(words.Swahili, known); made.Name != "Fibre cut" || got != "Jane, waya umekatika. T 482 9173" {
			d.Errorf("%q of %q", got, made.Name)
		}
		older := made
		made.Texts[words.English] = "It is cut."
		_, err = d.SaveCanned(ctx, made, asha)
		d.must(err)
		_, err = d.SaveCanned(ctx, older, brian)
		d.wants(err, "ticket.canned_changed")
		for key, spoil := range map[string]func(*Canned){"ticket.canned_name": func(c *Canned) { c.Name = "" }, "ticket.canned_en": func(c *Canned) { c.Texts = map[words.Lang]string{words.Swahili: "a"} },
			"ticket.canned_sw": func(c *Canned) { c.Texts = map[words.Lang]string{words.English: "a"} }, "ticket.placeholder": func(c *Canned) {
				c.Texts = map[words.Lang]string{words.English: "a {password}", words.Swahili: "a"}
			}} {
			bad := c
			spoil(&bad)
			_, err := d.SaveCanned(ctx, bad, asha)
			d.wants(err, key)
		}
		d.must(d.RemoveCanned(ctx, made.ID, asha))
		d.wants(d.RemoveCanned(ctx, made.ID, asha), "ticket.canned_unknown")
	})
}

// TestTheWayTheyTookComesFirst wants who wrote an e-mail answered by e-mail, unless somebody chooses otherwise.
func TestTheWayTheyTookComesFirst(t *testing.T) {
	each(t, func(d *desk) {
		c := d.customer("Jane Akinyi", "0712 345 678")
		one := d.ticket(c.ID, func(o *Opening) {
			o.How, o.Contact = ByEmail, customers.Contact{Kind: customers.ByEmail, Value: "jane@example.com"}
		})
		reach, err := d.ReachOf(ctx, d.now(one))
		if err != nil || len(reach.Ways) != 2 || reach.Ways[0] != (Way{notify.Email, "jane@example.com"}) || reach.Lang != words.Swahili {
			d.Errorf("%+v %v", reach, err)
		}
	})
}
