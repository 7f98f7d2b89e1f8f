package app

import (
	"context"
	"time"

	"mtandao/billing/subscriptions"
	"mtandao/internal/db"
	"mtandao/internal/notify"
	"mtandao/internal/report"
	"mtandao/internal/settings"
	"mtandao/internal/status"
	"mtandao/internal/words"
	"mtandao/radius/outages"
)

// wireOutages has outages found out of what routers and sessions tell, and lines made up to for those that are proven.
func (m *Main) wireOutages() {
	m.Outages = outages.New(outages.Options{DB: m.DB, Clock: m.Plan, Routers: m.Routers, Sessions: m.Radius, Give: m.giveForOutage, Node: m.Prints.Node,
		Waits: func() time.Time { return m.accounting.Stats().Oldest }, Paused: m.Pause.Paused})
	m.Status = status.New(status.Options{DB: m.DB, Clock: m.Plan, Machine: m.Clock, Sites: m.Sites, Silences: m.Outages, Pulse: publicPulse{report.NewPulse(m.DB, m.Clock), m.Config.PublicURL != ""}})
	m.Jobs.Every("watch of "+m.Prints.Node, outages.WatchEvery, m.Outages.Watching)
	m.Jobs.Every("outages", outages.WatchEvery, m.Outages.Tick)
	m.Jobs.Every("forget outages", time.Hour, m.Outages.Forget)
}

func (m *Main) giveForOutage(tx *db.Tx, o outages.Outage) error {
	r, _ := m.Routers.Get(o.RouterID)
	zone := m.Sites.Location(o.SiteID)
	from, until := o.From.In(zone), o.Until.In(zone)
	end := "15:04"
	if from.Format(time.DateOnly) != until.Format(time.DateOnly) {
		end = words.Text(words.English, "date.day_short") + " 15:04"
	}
	return m.Lines.Suffer(tx, subscriptions.Cut{ID: o.ID, SiteID: o.SiteID, RouterID: o.RouterID, Gap: subscriptions.Gap{From: o.From, Until: o.Until},
		Note: r.Name + ", " + words.Date(words.English, from) + from.Format(" 15:04") + "–" + until.Format(end)})
}

// stoodOn asks sessions which grants were online at a router; commands have none to ask.
func (m *Main) stoodOn(ctx context.Context, routerID int64, at time.Time, grants []int64) (map[int64]bool, error) {
	if m.Radius == nil {
		return nil, nil
	}
	return m.Radius.StoodOn(ctx, routerID, at, grants)
}

// outagesIn tells of the routers of which an outage came to a state lately: for as many hours as the setting says, each is above it.
func (m *Main) outagesIn(state outages.State) notify.Source {
	return func(ctx context.Context) ([]notify.Reading, error) {
		hours := m.Settings.Int(settings.AlertOutage)
		all, err := m.Outages.News(ctx, state, m.Plan.Now().Add(-time.Duration(hours)*time.Hour))
		var readings []notify.Reading
		told := map[int64]bool{}
		for _, o := range all {
			if r, known := m.Routers.Get(o.RouterID); known && !told[o.RouterID] {
				told[o.RouterID] = true
				readings = append(readings, notify.Reading{Subject: r.Name, Value: int64(hours) + 1})
			}
		}
		return readings, err
	}
}

// publicPulse is the rail's pulse for the public: where nobody can call back, that nobody does says nothing.
type publicPulse struct {
	*report.Pulse
	calledBack bool
}

func (p publicPulse) Callbacks(ctx context.Context) ([]notify.Reading, error) {
	if !p.calledBack {
		return nil, nil
	}
	return p.Pulse.Callbacks(ctx)
}
