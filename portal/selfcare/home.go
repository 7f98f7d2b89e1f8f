package selfcare

import (
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"mtandao/billing/invoices"
	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/internal/pace"
	"mtandao/portal/web"
)

type line struct{ Name, State, Until string }

type bill struct {
	ID                       int64
	Name, Day, Amount, State string
	Open                     bool
}

type home struct {
	Owe, Late string // Late is empty when nothing is
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
	for _, s := range all {
		l := line{Name: s.State.Login.Name, State: p.T("my.status." + string(s.State.Status))}
		if !s.State.PaidTo.IsZero() {
			until := s.State.PaidTo.In(f.Sites.Location(s.State.Place.SiteID))
			l.Until = web.Day(q.lang, until) + until.Format(" 15:04")
		}
		p.Home.Lines = append(p.Home.Lines, l)
	}
	return nil
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
		b := bill{ID: d.ID, Name: d.Text(), Day: web.Day(q.lang, d.Day.Start()), Amount: money.KES(d.Gross).String(), Open: d.Open > 0, State: p.T("my.done")}
		if b.Open {
			b.State = p.T("my.open", "Amount", money.KES(d.Open).String())
		}
		p.Home.Bills = append(p.Home.Bills, b)
	}
	return nil
}

// bill opens a bill of the customer's own: its page, where it is paid, while its link holds, else its file.
func (f *Face) bill(q *request) error {
	id, err := strconv.ParseInt(q.Params("id"), 10, 64)
	if err != nil {
		return notHere()
	}
	d, err := f.Bills.Get(q.ctx, id)
	if fault.Is(err, fault.NotFound) || err == nil && (d.CustomerID != q.who.ID || d.Number == 0) {
		return notHere()
	}
	if err != nil {
		return err
	}
	if f.files.Wait(pace.Network(q.visit().Address)) > 0 {
		return fault.New(fault.TooMany, "paper.slow")
	}
	paper, err := f.Papers.OfDocument(q.ctx, d.ID)
	if err != nil {
		return err
	}
	if address := paper.Address(); address != "" && f.Clock.Now().Add(time.Hour).Before(paper.LinkUntil) {
		return led(address)
	}
	file, err := f.Papers.File(q.ctx, paper)
	if err != nil {
		return err
	}
	q.Set(fiber.HeaderContentType, "application/pdf")
	q.Set(fiber.HeaderContentDisposition, `inline; filename="`+paper.FileName()+`"`)
	q.Set(fiber.HeaderCacheControl, "no-store")
	return q.Send(file)
}
