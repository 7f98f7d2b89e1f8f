package backoffice

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"mtandao/internal/clock"
	"mtandao/internal/money"
	"mtandao/internal/report"
	"mtandao/internal/staff"
	"mtandao/portal/web"
)

// Desk reads across the domains. *report.Desk satisfies it.
type Desk interface {
	Today(ctx context.Context, scope report.Scope, zone *time.Location, currency string) (report.Today, error)
	Queues(ctx context.Context, scope report.Scope) ([]report.Queue, error)
	Payments(ctx context.Context, f report.PaymentFilter) ([]report.PaymentLine, error)
	MoneyIn(ctx context.Context, f report.MoneyFilter) ([]report.MoneyLine, error)
	LinesByMonth(ctx context.Context, first clock.Day, months int) ([]report.LineMonth, error)
	Usage(ctx context.Context, by report.UsedBy, a report.Asked) ([]report.UsedSum, error)
	LinesOn(ctx context.Context, sites []int64, days ...clock.Day) ([]map[string]int64, error)
	LineMoves(ctx context.Context, a report.Asked) ([]report.LineMove, error)
	MoneyByDay(ctx context.Context, first, last clock.Day) ([]report.DayMoney, error)
	CashOf(ctx context.Context, of report.Drawer, after report.CashPlace, limit int) ([]report.Cash, error)
	CashSums(ctx context.Context, of report.Drawer) ([]report.CashSum, error)
	CashiersOn(ctx context.Context, day clock.Day) ([]report.Cashier, error)
}

// todayPage is the first page: money, people, what needs somebody.
type todayPage struct {
	frame
	Figures []figure
	Hours   []hourBar
	Rails   []figure // money of today by the way it came
	Total   string
	Queues  table
	Alarms  table
	Told    bool // of alarms, of which so many are open
	Open    int
	At      string
}

type figure struct{ Label, Value, Detail, Address string }

// hourBar is the money of one hour and of the same one a week ago, drawn in a box of 24 columns, 100 high.
type hourBar struct {
	Hour, Amount, Before string
	X, Y, Height         int
	BeforeY              int  // 100: nothing came then
	Later                bool // the hour has not come yet
}

// bars draws amounts by hour; the tallest of both days fills the box.
func bars(hours, before [24]money.Amount, now int) []hourBar {
	var most int64 = 1
	for hour := range hours {
		most = max(most, hours[hour].Cents, before[hour].Cents)
	}
	height := func(a money.Amount) int {
		if a.Cents <= 0 {
			return 0
		}
		return max(int(a.Cents*96/most), 2)
	}
	all := make([]hourBar, 0, len(hours))
	for hour, came := range hours {
		tall := height(came)
		all = append(all, hourBar{Hour: twoDigits(hour), Amount: came.String(), Before: before[hour].String(), X: hour * 10, Y: 100 - tall, Height: tall, BeforeY: 100 - height(before[hour]), Later: hour > now})
	}
	return all
}

func twoDigits(n int) string { return string([]byte{byte('0' + n/10), byte('0' + n%10)}) }

func (b *Backoffice) today(q *request) error {
	if b.bare(q) {
		return led(wizard)
	}
	t, err := b.Desk.Today(q.ctx, q.scope(), b.Zone, "KES")
	if err != nil {
		return err
	}
	waiting, err := b.Desk.Queues(q.ctx, q.scope())
	if err != nil {
		return err
	}
	p := &todayPage{frame: q.page("office.nav.today", "today"), Total: t.Total.String(), At: t.At.Format("15:04:05")}
	b.tellQueues(q, p, waiting)
	if err := b.tellAlarms(q, p); err != nil {
		return err
	}
	if staff.MaySomewhere(q.in.Member, staff.PaymentsView) {
		if err := b.tellDay(q, p, t); err != nil {
			return err
		}
	}
	p.Figures = append(p.Figures, b.online(q, p, t), waitingFigure(p, waiting))
	if err := b.ticketFigure(q, p); err != nil {
		return err
	}
	if p.Told {
		p.Figures = append(p.Figures, alarmFigure(p))
	}
	return q.send(fiber.StatusOK, "today", p)
}

// tellDay tells what came in, what was sold, and what is overdue. The lists of money and of arrears are of all sites: they are opened from the figures of all.
func (b *Backoffice) tellDay(q *request, p *todayPage, t report.Today) error {
	day := clock.DayOf(t.At).String()
	money := "/office/payments?day=" + day
	all := q.scope() == nil && q.reachable("/office/money") != ""
	if all {
		money = "/office/money?day=" + day
	}
	p.Hours = bars(t.Hours, t.WeekAgo, t.At.Hour())
	for _, r := range t.Rails {
		rail := figure{Label: howName(&p.frame, r.Rail), Value: r.Amount.String()}
		if all {
			rail.Address = money + "&rail=" + r.Rail
		}
		p.Rails = append(p.Rails, rail)
	}
	p.Figures = append(p.Figures, figure{Label: p.T("office.today.money"), Value: t.Total.String(), Address: money, Detail: p.T("office.today.week_ago", "Amount", t.ByThen.String())},
		figure{Label: p.T("office.today.sold"), Value: strconv.Itoa(t.Sold.Count), Detail: p.T("office.today.sold_for", "Amount", t.Sold.Sum.String()), Address: "/office/payments?state=paid&day=" + day}, prompts(p, t, day))
	if q.scope() != nil || q.reachable("/office/ageing") == "" {
		return nil
	}
	owed, err := b.Invoices.AgeingTotal(q.ctx, clock.DayOf(b.PlanClock.Now()))
	p.Figures = append(p.Figures, figure{Label: p.T("office.today.overdue"), Value: kes(owed.Overdue().Cents), Detail: p.T("office.today.owed", "Amount", kes(owed.Total())), Address: "/office/ageing"})
	return err
}

func prompts(p *todayPage, t report.Today, day string) figure {
	f := figure{Address: "/office/payments?day=" + day, Label: p.T("office.today.prompts"), Value: "–", Detail: p.T("office.today.no_prompts")}
	if t.Prompts > 0 {
		f.Value = strconv.Itoa(100*t.Paid/t.Prompts) + " %"
		f.Detail = p.T("office.today.prompts_of", "Paid", t.Paid, "N", t.Prompts)
	}
	return f
}

// online is how many people are online, and where most of them are.
func (b *Backoffice) online(q *request, p *todayPage, t report.Today) figure {
	type at struct {
		name string
		n    int
	}
	var places []at
	sum := 0
	for id, n := range t.Online {
		sum += n
		if here, _, err := b.Sites.Get(id); err == nil {
			places = append(places, at{here.Name, n})
		}
	}
	slices.SortFunc(places, func(x, y at) int { return cmp.Or(cmp.Compare(y.n, x.n), strings.Compare(x.name, y.name)) })
	var most []string
	for _, x := range places[:min(len(places), 2)] {
		most = append(most, x.name+" "+strconv.Itoa(x.n))
	}
	return figure{Label: p.T("office.today.online"), Address: q.reachable("/office/sessions"), Value: strconv.Itoa(sum), Detail: strings.Join(most, " · ")}
}

func waitingFigure(p *todayPage, waiting []report.Queue) figure {
	var n int64
	for _, w := range waiting {
		n += w.Count
	}
	f := figure{Address: "#queues", Label: p.T("office.today.waiting"), Value: number(n), Detail: p.T("office.today.nothing_waits")}
	if n > 0 {
		f.Detail = p.T("office.today.see_queues")
	}
	return f
}

func alarmFigure(p *todayPage) figure {
	f := figure{Address: "/office/alerts", Label: p.T("office.today.alarms"), Value: strconv.Itoa(p.Open), Detail: p.T("office.today.quiet")}
	if p.Open > 0 {
		f.Detail = p.Alarms.Rows[0][0].Text
	}
	return f
}

// Ages after which what waits is shown with a warning.
const (
	oldAfter = 15 * time.Minute
	badAfter = 24 * time.Hour
)

func (b *Backoffice) tellQueues(q *request, p *todayPage, waiting []report.Queue) {
	p.Queues.Columns = []column{{p.T("office.queue"), ""}, {p.T("office.count"), "num"}, {p.T("office.oldest"), ""}, {p.T("office.waits_for"), "quiet"}}
	for _, w := range waiting {
		oldest := cell{Text: "–"}
		if w.Count > 0 {
			age := w.Age(b.Clock)
			oldest = stated(stateView{"", web.Span(p.Lang, age)})
			switch {
			case age >= badAfter:
				oldest.State.Tone = "bad"
			case age >= oldAfter:
				oldest.State.Tone = "warn"
			}
		}
		p.Queues.add(cell{Text: p.T("office.queue." + w.Name), Address: q.reachable(queuePlaces[w.Name].address)}, cell{Text: number(w.Count)}, oldest, cell{Text: p.T("office.queue_waits." + w.Name)})
	}
}
