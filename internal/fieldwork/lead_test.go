package fieldwork

import (
	"fmt"
	"strings"
	"testing"

	"mtandao/billing/customers"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/settings"
	"mtandao/internal/testdb"
)

func TestModelsMatchTheirTables(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		testdb.ModelsMatch(t, d, leadRow{}, visitRow{}, equipmentRow{}, moveRow{}, fileRow{}, filePieceRow{})
	})
}

// TestALeadBecomesACustomerOnce: two who press at the same time make one customer, with all that the lead says, and who presses again has the same.
func TestALeadBecomesACustomerOnce(t *testing.T) {
	each(t, func(y *yard) {
		l := y.newLead("Wanjiku Kamau", "0712 000 111")
		again, err := y.OpenLead(ctx, Lead{SiteID: 3, Kind: customers.Person, Name: "Wanjiku Kamau", Phone: "0712000111", Source: "phone"}, "Wanjiku Kamau0712 000 111", asha)
		if err != nil || again.ID != l.ID {
			y.Fatal("the form that was sent twice made", again.ID, err)
		}
		var made [2]customers.Customer
		win := func(n int) func() error {
			return func() (err error) { made[n], err = y.WinLead(ctx, Act{ID: l.ID, Seen: l.Version}, 0, asha); return err }
		}
		y.must(failed(race(win(0), win(1))))
		if made[0].ID != made[1].ID || y.count("SELECT COUNT(*) FROM customers") != 1 || y.count("SELECT COUNT(*) FROM audit_events WHERE action = 'lead won'") != 1 {
			y.Error("not one customer:", made)
		}
		c := made[0]
		contacts, err := y.Customers.Contacts(ctx, c.ID)
		y.must(err)
		addresses, err := y.Customers.Addresses(ctx, c.ID)
		y.must(err)
		if c.Name != "Wanjiku Kamau" || c.SiteID != 3 || c.Lang != "sw" || len(contacts) != 1 || contacts[0].Value != "254712000111" || len(addresses) != 1 || addresses[0].Text() != "House 12, Kasarani, behind the church" || !addresses[0].At.Known() {
			y.Error(c, contacts, addresses)
		}
		if got := y.leadNow(l.ID); got.Stage != Won || got.CustomerID != c.ID || got.Day != today {
			y.Error(got)
		}
		y.wants(y.EditLead(ctx, Act{ID: l.ID}, l, asha), "lead.done")
		twin := y.newLead("W. Kamau", "0712 000 111")
		same, err := y.WinLead(ctx, Act{ID: twin.ID}, c.ID, asha)
		if err != nil || same.ID != c.ID || y.count("SELECT COUNT(*) FROM customers") != 1 {
			y.Error("given to whom we have:", same, err)
		}
		if y.count("SELECT COUNT(*) FROM audit_events WHERE object = 'lead' AND (old_value LIKE '%Kamau%' OR new_value LIKE '%Kamau%' OR new_value LIKE '%712000111%')") != 0 {
			y.Error("the trail, which is never erased, says who a lead is")
		}
	})
}

// TestLeadsAreFollowed: stages in their order, with the reason when one comes to nothing; who saw an older one is told who was faster.
func TestLeadsAreFollowed(t *testing.T) {
	each(t, func(y *yard) {
		l := y.newLead("Otieno Shop", "0722 000 222", func(l *Lead) { l.Kind, l.Owner = customers.Business, asha.Actor })
		y.must(y.TurnLead(ctx, Act{ID: l.ID, Seen: 1}, Contacted, "Call about the mast", today+2, "", asha))
		y.wants(y.TurnLead(ctx, Act{ID: l.ID, Seen: 1}, Survey, "", 0, "", asha), "lead.changed")
		y.wants(y.TurnLead(ctx, Act{ID: l.ID}, New, "", 0, "", asha), "lead.turn")
		y.wants(y.TurnLead(ctx, Act{ID: l.ID}, Lost, "", 0, "", asha), "lead.lost_why")
		y.must(y.TurnLead(ctx, Act{ID: l.ID}, Lost, "", 0, "no_cover", asha))
		if got := y.leadNow(l.ID); got.LostWhy != "no_cover" || got.Stage.Live() || got.DoneAt.IsZero() {
			y.Error(got)
		}
		_, err := y.WinLead(ctx, Act{ID: l.ID}, 0, asha)
		y.wants(err, "lead.turn")
		y.must(y.TurnLead(ctx, Act{ID: l.ID}, New, "We reach them now", today, "", asha))
		got := y.leadNow(l.ID)
		got.Owner = "wanja@example.com"
		y.wants(y.EditLead(ctx, Act{ID: l.ID}, got, asha), "lead.owner")
		got.SiteID = 9
		y.must(y.EditLead(ctx, Act{ID: l.ID, Seen: got.Version}, got, asha))
		for _, wrong := range []struct {
			key    string
			change func(l *Lead)
		}{{"lead.name", func(l *Lead) { l.Name = " " }}, {"lead.name", func(l *Lead) { l.Name = strings.Repeat("a", 121) }}, {"lead.source", func(l *Lead) { l.Source = "x" }}, {"phone.short", func(l *Lead) { l.Phone = "0712" }},
			{"lead.note", func(l *Lead) { l.Note = "\xff" }}, {"lead.step", func(l *Lead) { l.NextStep = strings.Repeat("a", 121) }}, {"lead.kind", func(l *Lead) { l.Kind = "" }}} {
			bad := got
			wrong.change(&bad)
			_, err := y.OpenLead(ctx, bad, "", asha)
			y.wants(err, wrong.key)
		}
	})
}

// TestTheListOfLeads goes through it page by page: none is left out or told twice, and who has no next step comes first.
func TestTheListOfLeads(t *testing.T) {
	each(t, func(y *yard) {
		for n := range 7 {
			y.newLead(fmt.Sprint("Lead ", string(rune('A'+n))), fmt.Sprintf("0733 000 10%d", n), func(l *Lead) {
				l.Day = []clock.Day{0, today, today - 1, today + 3, 0, today, today + 1}[n]
				if n == 3 {
					l.SiteID = 9
				}
			})
		}
		names, f := "", LeadFilter{Limit: 2}
		for {
			page, err := y.Leads(ctx, f)
			y.must(err)
			if len(page) == 0 {
				break
			}
			for _, l := range page {
				names += strings.TrimPrefix(l.Name, "Lead ")
			}
			f.After = &page[len(page)-1]
		}
		if names != "AECBFGD" {
			y.Error(names)
		}
		for _, one := range []struct {
			f    LeadFilter
			want string
		}{{LeadFilter{Until: today}, "AECBF"}, {LeadFilter{Sites: []int64{9}}, "D"}, {LeadFilter{Stage: Survey}, ""}, {LeadFilter{Done: true}, ""}, {LeadFilter{Typed: "lead c"}, "C"}, {LeadFilter{Typed: "0733000104"}, "E"},
			{LeadFilter{Typed: "lead", Sites: []int64{3, 9}}, "ABCDEFG"}, {LeadFilter{Owner: asha.Actor}, ""}} {
			found, err := y.Leads(ctx, one.f)
			y.must(err)
			got := ""
			for _, l := range found {
				got += strings.TrimPrefix(l.Name, "Lead ")
			}
			if got != one.want {
				y.Errorf("%+v: %s, want %s", one.f, got, one.want)
			}
		}
		like, err := y.LeadsLike(ctx, Lead{Name: "lead a", SiteID: 3, Phone: "0733 000 101"})
		if err != nil || len(like) != 2 {
			y.Error(like, err)
		}
	})
}

// TestLeadsAreForgotten: after the months that settings say, who and where is gone of what is done, and of nothing else; what was counted stays.
func TestLeadsAreForgotten(t *testing.T) {
	each(t, func(y *yard) {
		done, open := y.newLead("Gone Person", "0744 000 001"), y.newLead("Open Person", "0744 000 002")
		y.must(y.TurnLead(ctx, Act{ID: done.ID}, Lost, "", 0, "price", asha))
		y.clock.Advance(noon.AddDate(0, y.Settings.Int(settings.FieldKeepMonths), -1).Sub(noon))
		y.must(y.Sweep(ctx))
		if y.leadNow(done.ID).Name == "" {
			y.Error("forgotten too early")
		}
		y.clock.Advance(48 * 60 * 60 * 1e9)
		y.must(y.Sweep(ctx))
		if got := y.leadNow(done.ID); got.Name != "" || got.Phone != "" || got.Address.Text() != "" || got.Address.At.Known() || got.Note != "" || got.LostWhy != "price" || got.ErasedAt.IsZero() {
			y.Error(got)
		}
		if got := y.leadNow(open.ID); got.Name == "" || got.Phone == "" {
			y.Error("one that is not done was forgotten")
		}
		y.wants(y.TurnLead(ctx, Act{ID: done.ID}, New, "Asks again", today, "", asha), "lead.turn") // or who they are were kept for ever from now on
		if y.count("SELECT COUNT(*) FROM leads WHERE name_key LIKE '%gone%' OR phone_hash <> '' AND id = ?", done.ID) != 0 {
			y.Error("it is found still")
		}
	})
}
