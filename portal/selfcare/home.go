package selfcare

import (
	"strconv"
	"time"

	"mtandao/billing/invoices"
	"mtandao/billing/plans"
	"mtandao/billing/subscriptions"
	"mtandao/internal/money"
	"mtandao/portal/web"
)

type line struct {
	ID, Name, Login, State, Until string
	Next                          string // what its next period costs; empty when it is not paid beforehand
}

type bill struct {
	ID                       int64
	Name, Day, Amount, State string
	Left                     string // what is open
	open                     money.Amount
}

type home struct {
	Owe, Late string // Late is empty when nothing is
	Credit    string // empty when none is held
	hand
	Lines []line
	Bills []bill
}

const billsShown = 12

func (f *Face) home(q *request) error {
	st, err := f.Bills.StandingOf(q.ctx, q.who.ID, q.today())
	if err != nil {
		return err
	}
	p := q.page("my.title", "Name", q.who.Name)
	p.Home = &home{Owe: st.Open.String()}
	if st.Late.IsPositive() {
		p.Home.Late = st.Late.String()
	}
	held, err := f.Accounts.Balances(q.ctx, []int64{q.who.ID})
	if err != nil {
		return err
	}
	if c := held[q.who.ID]; c.IsPositive() {
		p.Home.Credit = c.String()
	}
	if p.Home.hand, err = f.byHand(q); err != nil {
		return err
	}
	if err := f.lines(q, p); err != nil {
		return err
	}
	if err := f.bills(q, p); err != nil {
		return err
	}
	return q.send("home", p)
}

func (f *Face) lines(q *request, p *page) error {
	all, err := f.Lines.Of(q.ctx, q.who.ID)
	if err != nil {
		return err
	}
	for _, sub := range all {
		l, err := f.lineOf(q, sub)
		if err != nil {
			return err
		}
		if sub.State.Prepaid() && sub.State.Status == subscriptions.Active {
			next, err := f.Lines.Cost(q.ctx, sub)
			if err != nil {
				return err
			}
			l.Next = plans.Sum(next).String()
		}
		p.Home.Lines = append(p.Home.Lines, l)
	}
	return nil
}

// lineOf is a line as people know it: by its plan.
func (f *Face) lineOf(q *request, sub subscriptions.Subscription) (line, error) {
	l := line{ID: strconv.FormatInt(sub.ID, 10), Login: sub.State.Login.Name, State: q.T("my.status." + string(sub.State.Status))}
	zone := f.Sites.Location(sub.State.Place.SiteID)
	end := sub.State.End(zone)
	if !end.IsZero() {
		l.Until = when(q.lang, end.In(zone))
	}
	if sub.State.Status == subscriptions.Active && sub.State.Prepaid() && !end.After(f.Plan.Now()) {
		l.State = q.T("my.status.ran_out")
		if end.IsZero() {
			l.State = q.T("my.status.unpaid")
		}
	}
	plan, err := f.Plans.ByKey(q.ctx, sub.State.Sold.PlanKey)
	if l.Name = plan.Name(q.lang); err != nil || sub.State.Status != subscriptions.Active {
		return l, err
	}
	kept, err := f.Lines.KeptAs(q.ctx, sub)
	if err != nil || kept == (subscriptions.Kept{}) {
		return l, err
	}
	l.State, err = f.keptBack(q)
	return l, err
}

// keptBack says of a line that it is slow, or stopped, over a late bill: the customer's own, or one of who pays for them, of which it tells nothing more.
func (f *Face) keptBack(q *request) (string, error) {
	st, err := f.Bills.StandingOf(q.ctx, q.who.ID, q.today())
	if err == nil && q.who.ParentPays && !st.Barred {
		return q.T("my.status.kept_payer"), nil
	}
	return q.T("my.status.kept"), err
}

func (f *Face) bills(q *request, p *page) error {
	all, err := f.Bills.Newest(q.ctx, invoices.Filter{CustomerID: q.who.ID}, 0, billsShown)
	if err != nil {
		return err
	}
	for _, d := range all {
		if d.Number == 0 {
			continue
		}
		p.Home.Bills = append(p.Home.Bills, q.billOf(d))
	}
	return nil
}

func (q *request) billOf(d invoices.Document) bill {
	b := bill{ID: d.ID, Name: d.Text(), Day: web.DayOf(q.lang, d.Day), Amount: money.KES(d.Gross).String(), State: q.T("my.done"), Left: money.KES(d.Open).String(), open: money.KES(d.Open)}
	if d.Open > 0 {
		b.State = q.T("my.open", "Amount", b.Left)
	}
	return b
}

// bill opens a bill of the customer's own: its page, where it is paid, while its link holds, else its file.
func (f *Face) bill(q *request) error {
	d, err := f.theBill(q)
	if err == nil {
		err = f.slow(q)
	}
	if err != nil {
		return err
	}
	paper, err := f.Papers.OfDocument(q.ctx, d.ID)
	if err != nil {
		return err
	}
	if address := paper.Address(); address != "" && f.Clock.Now().Add(time.Hour).Before(paper.LinkUntil) {
		return led(address)
	}
	return f.sendPaper(q, paper)
}
