package selfcare

import (
	"context"
	"strconv"
	"strings"
	"time"

	"mtandao/billing/plans"
	"mtandao/billing/subscriptions"
	"mtandao/internal/fault"
	"mtandao/internal/words"
	"mtandao/portal/web"
	"mtandao/radius"
	"mtandao/radius/access"
)

// Access knows what lines may use. *access.Service satisfies it.
type Access interface {
	View(ctx context.Context, grantID int64) (access.Grant, []access.Slot, access.Left, error)
}

// Radius knows what they use. *radius.Service satisfies it.
type Radius interface {
	SessionsOf(ctx context.Context, grantID int64) ([]radius.Online, error)
	DaysOf(ctx context.Context, grantID int64, from, to string) ([]radius.UsageDay, error)
}

// use is how a line is used: now, of what it may, by the day and by the month.
type use struct {
	line
	Speed, Now, Since string // Since is empty: nobody is online
	Left              string // of the time that is paid
	Shares            []share
	Charts            []chart
}

// share is what was used of what may be.
type share struct {
	Name, Used, Of, More string
	Percent              int64
}

const (
	daysShown, monthsShown = 30, 12
	looksAgain             = "30; url="
)

// theLine is the customer's own line of the address; another's is not there.
func (f *Face) theLine(q *request) (subscriptions.Subscription, error) {
	id, err := strconv.ParseInt(q.Params("id"), 10, 64)
	if err != nil {
		return subscriptions.Subscription{}, notHere()
	}
	sub, err := f.Lines.Get(q.ctx, id)
	if fault.Is(err, fault.NotFound) || err == nil && sub.CustomerID != q.who.ID {
		err = notHere()
	}
	return sub, err
}

func (f *Face) use(q *request) error {
	sub, err := f.theLine(q)
	if err != nil {
		return err
	}
	p := q.page("my.use.title")
	p.Use = &use{}
	if p.Use.line, err = f.lineOf(q, sub); err != nil {
		return err
	}
	zone := f.Sites.Location(sub.State.Place.SiteID)
	now := f.Plan.Now().In(zone)
	if end := sub.State.End(zone); sub.State.Status == subscriptions.Active && end.After(now) {
		p.Use.Left = web.Span(q.lang, end.Sub(now))
	}
	if err := f.useNow(q, p, sub.GrantID, now); err != nil {
		return err
	}
	days, err := f.Radius.DaysOf(q.ctx, sub.GrantID, now.AddDate(-1, 0, 0).Format(time.DateOnly), now.Format(time.DateOnly))
	if err != nil {
		return err
	}
	p.Use.Charts = charts(q.lang, days, now)
	q.Set("Refresh", looksAgain+root+"/use/"+p.Use.ID)
	return q.send("use", p)
}

// useNow tells who is online and how fast, and what is left of what may be used.
func (f *Face) useNow(q *request, p *page, grantID int64, now time.Time) error {
	grant, _, left, err := f.Access.View(q.ctx, grantID)
	if err != nil {
		return err
	}
	online, err := f.Radius.SessionsOf(q.ctx, grantID)
	if err != nil {
		return err
	}
	kbps, known := int64(0), false
	for _, o := range online {
		p.Use.Since = when(q.lang, o.StartedAt.In(now.Location()))
		if speed, ok := o.Speed(); ok {
			kbps, known = kbps+speed.Kbps, true
		}
	}
	if known {
		p.Use.Now = plans.Rate(kbps)
	}
	terms := grant.Terms(now, now.Location())
	if terms.DownKbps > 0 {
		p.Use.Speed = plans.Rate(terms.DownKbps)
	}
	if all := grant.Limits.DataBytes; left.Capped {
		p.Use.Shares = append(p.Use.Shares, shareOf(p.T("my.use.data"), all-left.Bytes, all))
	}
	if fair := grant.Limits.FairUse; fair.Bytes > 0 {
		period := grant.Period(now, now.Location())
		one := shareOf(p.T("my.use.fast"), period.Used, period.Allowed)
		one.More = p.T("my.use.fair", "Speed", plans.Rate(fair.DownKbps), "When", when(q.lang, period.End.In(now.Location())))
		if terms.Slow {
			one.More = p.T("my.use.slow", "Speed", plans.Rate(terms.DownKbps), "When", when(q.lang, period.End.In(now.Location())))
		}
		p.Use.Shares = append(p.Use.Shares, one)
	}
	return nil
}

func shareOf(name string, used, all int64) share {
	s := share{Name: name, Used: plans.Bytes(used), Of: plans.Bytes(all)}
	if all > 0 {
		s.Percent = min(100, used*100/all)
	}
	return s
}

// when is an instant as people say it: "2 Jan 2026 14:02".
func when(l words.Lang, at time.Time) string { return web.Day(l, at) + at.Format(" 15:04") }

// chart draws what was used in spans of time; its table says the same.
type chart struct {
	Name, Span, Total string
	Width             int
	Bars              []bar
}

// bar is one span, drawn in a column of 10 of a box that is 100 high.
type bar struct {
	Label, Down, Up string
	X, Y, Height    int
	volume          radius.Volume
}

// First and Last name the ends of the axis.
func (c chart) First() string { return c.Bars[0].Label }

// Last is the newest span.
func (c chart) Last() string { return c.Bars[len(c.Bars)-1].Label }

// charts are the last 30 days and the last 12 months; none of what nothing was used in.
func charts(l words.Lang, used []radius.UsageDay, now time.Time) (all []chart) {
	months := strings.Fields(words.Text(l, "guest.months"))
	sums := map[string]radius.Volume{}
	for _, u := range used {
		sums[u.Day], sums[u.Day[:7]] = sums[u.Day].Add(u.Volume), sums[u.Day[:7]].Add(u.Volume)
	}
	days, year := chart{Name: words.Text(l, "my.use.days"), Span: words.Text(l, "my.use.day")}, chart{Name: words.Text(l, "my.use.months"), Span: words.Text(l, "my.use.month")}
	y, m, d := now.Date()
	for back := daysShown - 1; back >= 0; back-- {
		at := time.Date(y, m, d-back, 0, 0, 0, 0, time.UTC)
		days.Bars = append(days.Bars, bar{Label: strconv.Itoa(at.Day()) + " " + months[at.Month()-1], volume: sums[at.Format(time.DateOnly)]})
	}
	for back := monthsShown - 1; back >= 0; back-- {
		at := time.Date(y, m-time.Month(back), 1, 0, 0, 0, 0, time.UTC)
		year.Bars = append(year.Bars, bar{Label: months[at.Month()-1] + at.Format(" 2006"), volume: sums[at.Format("2006-01")]})
	}
	for _, c := range []chart{days, year} {
		if c.draw() {
			all = append(all, c)
		}
	}
	return all
}

// draw sets the bars to a common height; false when nothing was used.
func (c *chart) draw() bool {
	var most, sum int64
	for _, b := range c.Bars {
		octets := b.volume.BytesUp + b.volume.BytesDown
		most, sum = max(most, octets), sum+octets
	}
	if sum == 0 {
		return false
	}
	c.Width, c.Total = 10*len(c.Bars), plans.Bytes(sum)
	for i := range c.Bars {
		b := &c.Bars[i]
		octets := b.volume.BytesUp + b.volume.BytesDown
		b.X, b.Height = 10*i, int(octets*96/most)
		if octets > 0 {
			b.Height = max(b.Height, 2)
		}
		b.Y = 100 - b.Height
		b.Down, b.Up = plans.Bytes(b.volume.BytesDown), plans.Bytes(b.volume.BytesUp)
	}
	return true
}
