package billrun

import (
	"context"
	"fmt"
	"strings"
	"time"

	"mtandao/billing/invoices"
	"mtandao/billing/subscriptions"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/site"
	"mtandao/radius/access"
)

// lived is where a line is from an instant on.
type lived struct {
	since time.Time
	subscriptions.Place
}

// settles notes where lines are when the story begins, and has another site built.
func (s *story) settles() {
	s.Helper()
	s.sites, s.places = []int64{s.site}, map[int64][]lived{}
	s.in(func(tx *db.Tx) error {
		there, err := s.Lines.Sites.SaveSite(tx, site.Site{Slug: "there", Name: "there"})
		s.sites = append(s.sites, there.ID)
		return err
	})
	for _, sub := range s.lines {
		s.places[sub.ID] = []lived{{Place: sub.State.Place}}
	}
}

// moves takes some lines to another site, router or house: at once they serve there and nowhere else.
func (s *story) moves() {
	s.Helper()
	ctx, now := context.Background(), s.clock.Now()
	for range s.r.IntN(2 + len(s.lines)/200) {
		sub := s.lines[s.r.IntN(len(s.lines))]
		to := subscriptions.Place{SiteID: s.sites[s.r.IntN(len(s.sites))], RouterID: int64(5 + s.r.IntN(4)), Installed: fmt.Sprintf("House %d, Acacia Road", 1+s.r.IntN(90))}
		moved, err := s.Lines.Move(ctx, sub.ID, to, office)
		if fault.Is(err, fault.Conflict) {
			if is, err := s.Lines.Get(ctx, sub.ID); err != nil || is.State.Status != subscriptions.Ended && is.State.Status != subscriptions.Pending {
				s.Fatal("a line that runs does not move: ", is.State, err)
			}
			continue
		}
		if err != nil || moved.State.Place != to {
			s.Fatal(moved.State.Place, err)
		}
		s.places[sub.ID] = append(s.places[sub.ID], lived{now, to})
		for _, at := range s.sites {
			got := s.Lines.Access.Admit(ctx, s.knocks(sub, at))
			if (got.Cause == access.CauseOtherSite) != (at != to.SiteID) || got.Grant.ID != sub.GrantID {
				s.Fatalf("line %d lives at %d and is answered %q at %d", sub.ID, to.SiteID, got.Cause, at)
			}
		}
	}
}

// knocks is a log-in of a line's equipment at a site, with its secret.
func (s *story) knocks(sub subscriptions.Subscription, siteID int64) access.Attempt {
	s.Helper()
	mac, err := access.ParseMAC(fmt.Sprintf("02%010x", sub.ID&0xff_ffff_ffff))
	if err != nil {
		s.Fatal(err)
	}
	return access.Attempt{Name: sub.State.Login.Name, MAC: mac, SiteID: siteID, Garden: true, Verify: func(secret string) bool { return secret == "s3cret" }}
}

// houseOf is where a line was before an instant.
func (s *story) houseOf(id int64, at time.Time) subscriptions.Place {
	all := s.places[id]
	n := len(all) - 1
	for n > 0 && !all[n].since.Before(at) {
		n--
	}
	return all[n].Place
}

// housed holds that a line, and its grant as long as there is one, are where the line was taken last.
func (s *story) housed(sub subscriptions.Subscription, g access.Grant) {
	s.Helper()
	at := s.houseOf(sub.ID, s.clock.Now())
	if sub.State.Place != at || g.State != access.Ended && g.SiteID != at.SiteID {
		s.Fatalf("line %d is at %+v and serves site %d, and was taken to %+v", sub.ID, sub.State.Place, g.SiteID, at)
	}
}

// givenHere holds that days for an outage were given to every line of the site that is invoiced, and to none of another.
func (s *story) givenHere(o subscriptions.Outage) {
	s.Helper()
	var ids []int64
	if err := s.DB.Read(context.Background()).Raw("SELECT subscription_id FROM subscription_events WHERE request = ?", fmt.Sprint("outage:", o.ID)).Scan(&ids).Error; err != nil {
		s.Fatal(err)
	}
	had := map[int64]bool{}
	for _, id := range ids {
		had[id] = true
	}
	for id, sub := range s.linesNow() {
		here := s.places[id][len(s.places[id])-1].SiteID == o.SiteID
		if had[id] && !here || !had[id] && here && sub.State.Status == subscriptions.Active && !sub.State.Prepaid() {
			s.Fatalf("line %d (here %v, %s, %s) was given days: %v", id, here, sub.State.Status, sub.State.Sold.Mode, had[id])
		}
	}
}

// addressed holds that each bill of a line names the house in which it was when the bill was made; what it costs, the oracle says without knowing of moves.
func (s *story) addressed(sub subscriptions.Subscription, docs []invoices.Document) {
	s.Helper()
	for _, d := range docs {
		if !strings.HasPrefix(d.Cause, "subscription:") { // a fee for being late
			continue
		}
		where := s.houseOf(sub.ID, d.CreatedAt).Installed
		if where == "" {
			where = "here"
		}
		if want := where + ", " + sub.State.Login.Name; d.Line != want {
			s.Fatalf("the bill %q of %v names %q, and its line was at %q", d.Cause, d.CreatedAt, d.Line, want)
		}
	}
}
