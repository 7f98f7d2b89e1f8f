package status

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"mtandao/internal/audit"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/notify"
	"mtandao/internal/site"
	"mtandao/internal/testdb"
	"mtandao/internal/words"
	"mtandao/radius/outages"
)

var noon = time.Date(2026, 11, 27, 9, 0, 0, 0, time.UTC)

// net is what a board is made of, as the test says it is.
type net struct {
	*Service
	clock    *clock.Manual
	silences []outages.Silence
	paid     int64
	silent   int64
	reads    int
	broken   error
}

func (n *net) Sites() []site.Site {
	return []site.Site{{ID: 5, Slug: "kasarani", Name: "Kasarani"}, {ID: 6, Slug: "ngong", Name: "Ngong"}, {ID: 7, Slug: "old", Name: "Old", State: site.Closed}}
}

func (n *net) Since(context.Context, time.Time) ([]outages.Silence, error) {
	n.reads++
	return n.silences, n.broken
}

func (n *net) Prompts(context.Context) ([]notify.Reading, error) {
	return []notify.Reading{{Value: n.paid}}, nil
}

func (n *net) Callbacks(context.Context) ([]notify.Reading, error) {
	return []notify.Reading{{Value: n.silent}}, nil
}

func newNet(d *db.DB) *net {
	n := &net{clock: clock.NewManual(noon), paid: 90}
	n.Service = New(Options{DB: d, Clock: n.clock, Machine: n.clock, Sites: n, Silences: n, Pulse: n})
	return n
}

func (n *net) now(t *testing.T) Board {
	t.Helper()
	n.clock.Advance(freshFor)
	b, err := n.Board(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func text(s string) map[words.Lang]string {
	return map[words.Lang]string{words.English: s, words.Swahili: "Habari: " + s}
}

// TestTheBoard: a silent router is trouble since it fell silent, a proven outage is history, one that was not proven is neither, and a closed site is not there.
func TestTheBoard(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		n := newNet(d)
		if b := n.now(t); !b.Well() || len(b.Sites) != 2 || b.Sites[0].Bad() != 0 {
			t.Errorf("%+v", b)
		}
		began := noon.Add(-20 * time.Minute)
		n.silences = []outages.Silence{{SiteID: 5, State: outages.Silent, From: began}, {SiteID: 5, State: outages.Given, From: noon.AddDate(0, 0, -3), Until: noon.AddDate(0, 0, -3).Add(2 * time.Hour)},
			{SiteID: 5, State: outages.Proven, From: noon.AddDate(0, 0, -3).Add(time.Hour), Until: noon.AddDate(0, 0, -3).Add(3 * time.Hour)}, {SiteID: 6, State: outages.Unproven, From: noon.AddDate(0, 0, -1), Until: noon},
			{SiteID: 6, State: outages.Dropped, From: noon.AddDate(0, 0, -1), Until: noon}, {SiteID: 6, State: outages.Given, From: noon.AddDate(0, 0, -95), Until: noon.AddDate(0, 0, -92)}}
		b := n.now(t)
		if s := b.Sites[0]; b.Well() || !s.Since.Equal(began) || s.Bad() != 2 || s.Dark[daysBack-4] != 3*time.Hour || s.Dark[daysBack-1] < 20*time.Minute {
			t.Errorf("a silent router: %+v", s)
		}
		if s := b.Sites[1]; !s.Since.IsZero() || s.Bad() != 0 || !b.Of(6).Well() {
			t.Errorf("one that was not proven: %+v", s)
		}
		n.silences = nil
		for _, bad := range [][2]int64{{10, 0}, {90, 60}} {
			n.paid, n.silent = bad[0], bad[1]
			if b := n.now(t); b.Payments || b.Well() {
				t.Errorf("a rail at %v: %+v", bad, b)
			}
		}
	})
}

// TestNotices: what is wrong with one is told, one that is shown is ended once, and both are in the trail.
func TestNotices(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		ctx, n, by := t.Context(), newNet(d), By{Actor: "asha@example.com", From: "10.0.0.1"}
		for want, wrong := range map[string]Notice{"status.kind": {Kind: "x", Texts: text("a")}, "status.text_en": {Kind: Trouble, From: noon, Texts: map[words.Lang]string{words.Swahili: "x"}}, "status.text_sw": {Kind: Trouble, From: noon, Texts: map[words.Lang]string{words.English: "x", words.Swahili: strings.Repeat("é", 301)}},
			"status.times": {Kind: Planned, From: noon, Texts: text("a")}, "status.sites": {Kind: Trouble, From: noon, Texts: text("a"), Sites: make([]int64, 61)}} {
			if _, err := n.Write(ctx, wrong, by); fault.KeyOf(err) != want {
				t.Errorf("%+v: %v, want %s", wrong, err, want)
			}
		}
		trouble, err := n.Write(ctx, Notice{Kind: Trouble, Sites: []int64{6}, From: noon.Add(-time.Hour), Texts: text("  A fibre  is cut <b>\u00a0"), By: "x"}, by)
		if err != nil || trouble.Texts[words.English] != "A fibre is cut <b>" {
			t.Fatal(trouble, err)
		}
		work, err := n.Write(ctx, Notice{Kind: Planned, From: noon.Add(24 * time.Hour), Until: noon.Add(26 * time.Hour), Texts: text("We move a mast")}, by)
		if err != nil {
			t.Fatal(err)
		}
		b := n.now(t)
		if len(b.Notices) != 2 || b.Notices[0].ID != trouble.ID || !b.Sites[1].Since.Equal(trouble.From) || !b.Sites[0].Since.IsZero() || len(b.Of(5).Notices) != 1 {
			t.Errorf("%+v", b)
		}
		if err := errors.Join(n.End(ctx, trouble.ID, by)); err != nil {
			t.Error(err)
		}
		if err := n.End(ctx, trouble.ID, by); fault.KeyOf(err) != "status.over" {
			t.Error("ended twice:", err)
		}
		if err := n.End(ctx, 1, by); !fault.Is(err, fault.NotFound) {
			t.Error(err)
		}
		if b := n.now(t); len(b.Notices) != 1 || !b.Well() || b.Sites[1].Bad() != 1 {
			t.Errorf("after its end: %+v", b)
		}
		n.clock.Advance(27 * time.Hour)
		if all, err := n.Notices(ctx); len(n.now(t).Notices) != 0 || err != nil || len(all) != 2 || all[0].ID != work.ID {
			t.Error("planned work is over by itself", all, err)
		}
		if told, err := audit.New(d, n.clock).List(ctx, audit.Filter{Object: "status notice", Limit: 10}); err != nil || len(told) != 3 || told[0].Action != "notice ended" || told[0].Actor != by.Actor {
			t.Errorf("%+v %v", told, err)
		}
	})
}

// TestABoardIsReadOnce: however many ask at once, and the last one stands while the database cannot be read.
func TestABoardIsReadOnce(t *testing.T) {
	n := newNet(testdb.SQLite(t))
	n.now(t)
	before := n.reads
	n.clock.Advance(freshFor)
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			if b, err := n.Board(context.Background()); err != nil || len(b.Sites) != 2 {
				t.Error(b, err)
			}
		})
	}
	if all.Wait(); n.reads != before+1 {
		t.Errorf("read %d times", n.reads-before)
	}
	n.broken = errors.New("gone")
	at := n.now(t).At
	if b := n.now(t); !b.At.Equal(at) || n.reads != before+3 {
		t.Errorf("%v, read %d times", b.At, n.reads-before)
	}
}

// TestADatabaseThatIsAwayIsAskedByOne: with no board yet, those who come meanwhile are told what the first was told, and the next try is made by one again.
func TestADatabaseThatIsAwayIsAskedByOne(t *testing.T) {
	n := newNet(testdb.SQLite(t))
	n.broken = errors.New("gone")
	for tries := range 3 {
		var all sync.WaitGroup
		for range 50 {
			all.Go(func() {
				if _, err := n.Board(context.Background()); err == nil {
					t.Error("a board of nothing")
				}
			})
		}
		if all.Wait(); n.reads != tries+1 {
			t.Fatalf("read %d times in %d tries", n.reads, tries+1)
		}
		n.clock.Advance(againAfter)
	}
	n.broken = nil
	if b, err := n.Board(context.Background()); err != nil || len(b.Sites) != 2 {
		t.Error("it is back:", b, err)
	}
}

func TestModels(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) { testdb.ModelsMatch(t, d, &noticeRow{}) })
}
