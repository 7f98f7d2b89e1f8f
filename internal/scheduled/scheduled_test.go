package scheduled

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"mtandao/internal/audit"
	"mtandao/internal/db"
	"mtandao/internal/staff"
	"mtandao/internal/testdb"
)

func TestModelsMatchTheirTables(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) { testdb.ModelsMatch(t, d, scheduleRow{}, recipientRow{}, sendingRow{}) })
}

// TestAReportComesAsLongAsItMay: to members and to what an owner confirmed, each morning once, until who gets it may not see it any more; and then nobody gets
// it, when whose it is may not.
func TestAReportComesAsLongAsItMay(t *testing.T) {
	each(t, func(w *world) {
		testdb.WatchPlans(w, w.d)
		sc := w.daily(2, "mary@demo.example", "Juma@demo.example", "books@firm.example")
		w.must(w.Tick(w.ctx))
		if w.sent() != 0 {
			w.Fatal("it was sent before its hour")
		}
		w.morning()
		w.must(w.Tick(w.ctx))
		if n := w.sent(); n != 2 {
			w.Fatalf("%d e-mails; nobody has confirmed the address from outside", n)
		}
		_, to, err := w.Get(w.ctx, w.by(2), sc.ID)
		w.must(err)
		outside := to[slices.IndexFunc(to, func(r Recipient) bool { return r.MemberID == 0 })]
		w.wants(w.Confirm(w.ctx, w.by(2), sc.ID, outside.ID), "denied")
		w.wants(w.Confirm(w.ctx, w.by(1), sc.ID, to[0].ID+to[1].ID+to[2].ID), "scheduled.unknown")
		w.must(w.Confirm(w.ctx, w.by(1), sc.ID, outside.ID))
		w.morning()
		if n := w.sent(); n != 5 {
			w.Fatalf("%d e-mails, not 2 and 3", n)
		}
		juma := w.by(3).Member
		file, err := w.Attached(w.ctx, w.sendingTo(sc, 3).ID)
		if w.must(err); string(file.Bytes) != "revenue 2026-11-28 2026-11-28 0 sw" || file.Name != "pdf" {
			w.Errorf("%q of %s", file.Bytes, file.Name)
		}
		waiting := w.sendingTo(sc, 3).ID
		juma.State = staff.Disabled
		w.crew.set(juma)
		_, err = w.Attached(w.ctx, waiting)
		w.wants(err, "denied") // it waited, and must not leave any more
		w.morning()
		if n := w.sent(); n != 7 || w.sendingTo(sc, 3).Why != whyRecipient {
			w.Errorf("%d e-mails; who left must not get one", n)
		}
		mary := w.by(2).Member
		mary.Roles = []staff.Role{{Key: "cashier"}}
		w.crew.set(mary)
		_, err = w.Attached(w.ctx, w.last(sc, 0).ID)
		w.wants(err, "denied")
		w.morning()
		got, _, err := w.Get(w.ctx, w.by(1), sc.ID)
		if w.must(err); w.sent() != 7 || got.State != Stopped {
			w.Errorf("%d e-mails, and it is %s", w.sent(), got.State)
		}
		w.wants(w.SetState(w.ctx, w.by(1), sc.ID, On), "scheduled.not_yours")
		w.trail("report schedule made", "report address confirmed", "report schedule stopped")
	})
}

// sendingTo is the newest to a member.
func (w *world) sendingTo(sc Schedule, member int64) Sending {
	w.Helper()
	to, err := w.recipients(w.ctx, sc.ID)
	w.must(err)
	all, err := w.Sendings(w.ctx, w.by(1), sc.ID)
	w.must(err)
	for _, s := range all {
		if slices.ContainsFunc(to, func(r Recipient) bool { return r.ID == s.RecipientID && r.MemberID == member }) {
			return s
		}
	}
	w.Fatal("nothing was sent to", member)
	return Sending{}
}

// trail wants deeds in the trail, in their order, without the address from outside.
func (w *world) trail(deeds ...string) {
	w.Helper()
	events, err := audit.New(w.d, w.clock).List(w.ctx, audit.Filter{Limit: 50})
	w.must(err)
	var got []string
	for _, e := range slices.Backward(events) {
		got = append(got, e.Action)
		if strings.Contains(e.After, "@") {
			w.Errorf("an address is in the trail: %s", e.After)
		}
	}
	if !slices.Equal(got, deeds) {
		w.Errorf("the trail says %q, not %q", got, deeds)
	}
}

// TestOnceEachWithTwoNodesAndKills: two nodes that look at once, and each write of a sending that dies, make one e-mail to each for each morning.
func TestOnceEachWithTwoNodesAndKills(t *testing.T) {
	each(t, func(w *world) {
		for range 3 {
			w.daily(2, "mary@demo.example", "juma@demo.example")
		}
		killer, mornings := testdb.NewKiller(w, w.d), 0
		for after := range 30 {
			mornings++
			w.clock.Set(w.next(w.clock.Now()))
			killer.Once(after)
			var nodes sync.WaitGroup
			for range 2 {
				nodes.Go(func() { _ = w.Tick(w.ctx) })
			}
			nodes.Wait()
			killer.Spare()
			w.must(w.Tick(w.ctx))
			if n := w.sent(); n != 6*mornings {
				w.Fatalf("after %d mornings there are %d e-mails, not %d", mornings, n, 6*mornings)
			}
		}
		if killer.Deaths() < 15 {
			w.Error("only", killer.Deaths(), "writes died")
		}
	})
}

// TestWhoRefusesGetsNothing: by the link of an e-mail, until they want it again; nobody else can ask for it in their place.
func TestWhoRefusesGetsNothing(t *testing.T) {
	each(t, func(w *world) {
		secret := strings.Repeat("ab", 16)
		sc := w.daily(2, "mary@demo.example", "juma@demo.example")
		w.morning()
		to := w.sendingTo(sc, 3)
		if _, err := w.d.SQL().Exec("UPDATE report_sendings SET link = ? WHERE id = ?", w.Keys.Lookup(purposeLink, secret), to.ID); err != nil {
			w.Fatal(err)
		}
		for _, wrong := range []string{"", "zz", strings.Repeat("a", 32), strings.Repeat("a", 10_000), secret + "0"} {
			_, err := w.ByLink(w.ctx, wrong)
			w.wants(err, "scheduled.link")
		}
		told, err := w.ByLink(w.ctx, secret)
		if w.must(err); told.Refuses || told.Lang != "sw" {
			w.Errorf("%+v", told)
		}
		for range 2 {
			told, err = w.Refuse(w.ctx, secret, "192.0.2.9", true)
			if w.must(err); !told.Refuses {
				w.Error("it is still to come")
			}
		}
		_, err = w.Attached(w.ctx, to.ID)
		w.wants(err, "denied")
		sc, err = w.Save(w.ctx, w.by(2), sc, []string{"juma@demo.example"}) // neither another list
		w.must(err)
		sc, err = w.Save(w.ctx, w.by(2), sc, []string{"mary@demo.example"})
		w.must(err)
		sc, err = w.Save(w.ctx, w.by(2), sc, []string{"mary@demo.example", "juma@demo.example"}) // nor the old one
		w.must(err)
		w.morning()
		if n := w.sent(); n != 3 {
			w.Errorf("%d e-mails: who refuses got one", n)
		}
		_, err = w.Refuse(w.ctx, secret, "192.0.2.9", false)
		w.must(err)
		w.morning()
		if n := w.sent(); n != 5 {
			w.Errorf("%d e-mails: who wants it again got none", n)
		}
		w.must(w.Remove(w.ctx, w.by(2), sc.ID))
		_, err = w.ByLink(w.ctx, secret)
		w.wants(err, "scheduled.link")
		_, err = w.Attached(w.ctx, to.ID)
		w.wants(err, "denied")
	})
}

// TestWhoMayHaveAReportSent: of one's own sites only, to who may see it, and by who sees it.
func TestWhoMayHaveAReportSent(t *testing.T) {
	each(t, func(w *world) {
		mine := w.daily(4, "ngong@demo.example", "mary@demo.example") // who has all sites sees one, too
		if len(mine.Sites) != 1 || mine.Sites[0] != 7 {
			w.Error("it is of", mine.Sites)
		}
		whole := Schedule{Report: "revenue", Every: Daily, Hour: 7, Span: Yesterday, Format: XLSX}
		for key, say := range map[string]func() error{
			"scheduled.not_yours": func() error { _, err := w.Save(w.ctx, w.by(5), whole, []string{"mary@demo.example"}); return err },
			"scheduled.may_not":   func() error { _, err := w.Save(w.ctx, w.by(2), whole, []string{"ngong@demo.example"}); return err },
			"scheduled.nobody":    func() error { _, err := w.Save(w.ctx, w.by(2), whole, nil); return err },
			"scheduled.address":   func() error { _, err := w.Save(w.ctx, w.by(2), whole, []string{"no address"}); return err },
			"scheduled.report": func() error {
				wrong := whole
				wrong.Report = "secrets"
				_, err := w.Save(w.ctx, w.by(2), wrong, []string{"mary@demo.example"})
				return err
			},
			"scheduled.many": func() error {
				var many []string
				for n := range mostRecipients + 1 {
					many = append(many, fmt.Sprintf("a%d@firm.example", n))
				}
				_, err := w.Save(w.ctx, w.by(2), whole, many)
				return err
			},
		} {
			w.wants(say(), key)
		}
		taxes := whole
		taxes.Report, taxes.Span = "taxes", LastMonth
		_, err := w.Save(w.ctx, w.by(4), taxes, []string{"ngong@demo.example"})
		w.wants(err, "scheduled.not_yours") // it is of all sites only
		all := w.daily(2, "mary@demo.example")
		_, _, err = w.Get(w.ctx, w.by(4), all.ID)
		w.wants(err, "scheduled.unknown")
		_, err = w.Save(w.ctx, w.by(4), all, []string{"ngong@demo.example"})
		w.wants(err, "scheduled.unknown")
		w.wants(w.Remove(w.ctx, w.by(4), all.ID), "scheduled.unknown")
		seen, err := w.List(w.ctx, w.by(4), 0, 10)
		if w.must(err); len(seen) != 1 || seen[0].ID != mine.ID {
			w.Error("at Ngong is seen", seen)
		}
		stale := all
		all.Hour = 8
		all, err = w.Save(w.ctx, w.by(3), all, []string{"mary@demo.example"})
		if w.must(err); all.MemberID != 2 {
			w.Error("it became", all.MemberID)
		}
		_, err = w.Save(w.ctx, w.by(2), stale, []string{"mary@demo.example"})
		w.wants(err, "scheduled.changed")
		w.must(w.SetState(w.ctx, w.by(2), all.ID, Paused))
		w.must(w.SetState(w.ctx, w.by(2), mine.ID, Paused))
		w.morning()
		if w.sent() != 0 {
			w.Error("what is paused was sent")
		}
	})
}

// TestAnAddressIsNotStoredAsItIs: neither the address from outside nor the secret of a link.
func TestAnAddressIsNotStoredAsItIs(t *testing.T) {
	each(t, func(w *world) {
		w.daily(2, "canary@firm.example")
		var address []byte
		w.must(w.d.SQL().QueryRow("SELECT address FROM report_recipients").Scan(&address))
		if len(address) == 0 || strings.Contains(string(address), "canary") {
			w.Errorf("stored as %q", address)
		}
	})
}

// TestWhatWasSentLongAgoIsForgotten, and what was sent lately is not.
func TestWhatWasSentLongAgoIsForgotten(t *testing.T) {
	each(t, func(w *world) {
		sc := w.daily(2, "mary@demo.example")
		w.morning()
		w.clock.Advance(keptFor - 48*time.Hour)
		w.must(w.Tick(w.ctx))
		w.clock.Advance(72 * time.Hour)
		w.must(w.Clean(w.ctx))
		all, err := w.Sendings(w.ctx, w.by(2), sc.ID)
		if w.must(err); len(all) == 0 || len(all) > 10 {
			w.Error(len(all), "sendings are left")
		}
	})
}
