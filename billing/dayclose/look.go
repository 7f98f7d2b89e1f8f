package dayclose

import (
	"context"
	"strconv"

	"mtandao/billing"
	"mtandao/billing/ledger"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/incoming"
)

// Tills knows the tills. *billing.Service satisfies it.
type Tills interface {
	Tills(ctx context.Context) ([]billing.Till, error)
}

// Books knows what entries moved. *ledger.Ledger satisfies it.
type Books interface {
	Posted(ctx context.Context, kind, account string, sources []string) (map[string]int64, error)
}

// Options are a Service's collaborators. Clock is the machine's.
type Options struct {
	DB    *db.DB
	Clock clock.Clock
	Tills Tills
	Books Books
}

// Service is what can be asked about a day.
type Service struct{ Options }

// New makes the service.
func New(o Options) *Service { return &Service{o} }

// page is how many rows are compared at a time.
const page = 500

// Look compares a day that is over. fault.Invalid "dayclose.not_over".
func (s *Service) Look(ctx context.Context, day clock.Day) (Day, error) {
	d := Day{Day: day}
	if day >= clock.DayOf(s.Clock.Now()) {
		return d, fault.New(fault.Invalid, "dayclose.not_over", "Day", day.String())
	}
	tills, err := s.Tills.Tills(ctx)
	if err != nil {
		return d, err
	}
	for _, t := range tills {
		d.Tills = append(d.Tills, Till{ID: t.ID, Key: t.Key, ShortCode: t.ShortCode})
		if err := s.lookAtStatement(ctx, &d, &d.Tills[len(d.Tills)-1]); err != nil {
			return d, err
		}
	}
	for _, look := range []func(context.Context, *Day) error{s.lookAtReceipts, s.lookAtReversals, s.lookAtOrders} {
		if err := look(ctx, &d); err != nil {
			return d, err
		}
	}
	sellers, err := s.resellers(ctx, day)
	if err != nil {
		return d, err
	}
	for _, r := range sellers {
		one := d.reseller(r.ID)
		one.InCash, one.Vouchers, one.Sold = r.InCash, r.Vouchers, r.Sold
	}
	for _, t := range d.Tills {
		judgeReach(&d, t)
	}
	return d, nil
}

// lookAtStatement compares the lines of a till's day with the books.
func (s *Service) lookAtStatement(ctx context.Context, d *Day, t *Till) (err error) {
	if t.Until, err = s.toldUntil(ctx, t.ID, d.Day); err != nil {
		return err
	}
	for after := (place{}); ; {
		lines, err := s.lines(ctx, t.ID, d.Day, after)
		if err != nil {
			return err
		}
		var paid, back []string
		for _, l := range lines {
			t.count(l)
			after = place{l.At, l.ID}
			switch l.Kind {
			case incoming.LineIn:
				paid = append(paid, l.Receipt)
			case incoming.LineReversal:
				back = append(back, l.Receipt)
			}
		}
		if err := s.judgeLines(ctx, d, t, lines, paid, back); err != nil || len(lines) < page {
			return err
		}
	}
}

func (s *Service) judgeLines(ctx context.Context, d *Day, t *Till, lines []line, paid, back []string) error {
	arrived, err := s.receiptsOf(ctx, t.ID, paid)
	if err != nil {
		return err
	}
	taken, err := s.reversalsOf(ctx, t.ID, back)
	if err != nil {
		return err
	}
	for _, l := range lines {
		switch l.Kind {
		case incoming.LineIn:
			judgeLine(d, t, l, arrived[l.Receipt])
		case incoming.LineReversal:
			judgeBack(d, l, taken[l.Receipt])
		}
	}
	return nil
}

// lookAtReceipts asks of all that arrived on the day whether a statement told of it, and what it did.
func (s *Service) lookAtReceipts(ctx context.Context, d *Day) error {
	for after := (place{}); ; {
		some, err := s.arrived(ctx, d.Day, after)
		if err != nil {
			return err
		}
		told, err := s.toldOf(ctx, some)
		if err != nil {
			return err
		}
		posted, err := s.postedOf(ctx, some)
		if err != nil {
			return err
		}
		holders, err := s.holders(ctx, some)
		if err != nil {
			return err
		}
		for _, r := range some {
			after = place{r.ArrivedAt, r.ID}
			if r.AmountCents == 0 { // it says that credit was spent
				continue
			}
			w := word{posted: posted[source(r)], holder: holders[r.ID]}
			if r.Receipt != nil {
				w.told = told[lineKey{r.TillID, *r.Receipt}]
			}
			judgeReceipt(d, d.till(r.TillID), r, w)
		}
		if len(some) < page {
			return nil
		}
	}
}

// lookAtReversals asks of all that was taken back on the day, by other word than a statement's, whether the statement tells of it.
func (s *Service) lookAtReversals(ctx context.Context, d *Day) error {
	for after := (place{}); ; {
		some, err := s.takenBack(ctx, d.Day, after)
		if err != nil {
			return err
		}
		told, err := s.toldBack(ctx, some)
		if err != nil {
			return err
		}
		for _, v := range some {
			after = place{v.SettledAt, v.ID}
			if !told[lineKey{v.TillID, v.Code}].IsZero() {
				continue
			}
			until, err := s.toldUntil(ctx, v.TillID, clock.DayOf(v.At))
			if err != nil {
				return err
			}
			if !v.At.After(until) {
				d.add(Item{Cause: BackNotTold, TillID: v.TillID, Receipt: v.Code, ReceiptID: v.ReceiptID, OrderID: v.OrderID, Books: v.AmountCents, At: v.At.UTC()})
			}
		}
		if len(some) < page {
			return nil
		}
	}
}

// lookAtOrders sums what was paid for at each site, and finds service without money.
func (s *Service) lookAtOrders(ctx context.Context, d *Day) error {
	sites, err := s.sites(ctx)
	if err != nil {
		return err
	}
	for _, id := range sites {
		site, err := s.lookAtSite(ctx, d, id)
		if err != nil {
			return err
		}
		if site.Orders > 0 {
			d.Sites = append(d.Sites, site)
		}
	}
	return nil
}

func (s *Service) lookAtSite(ctx context.Context, d *Day, id int64) (Site, error) {
	site := Site{ID: id}
	for after := (place{}); ; {
		some, err := s.served(ctx, id, d.Day, after)
		if err != nil {
			return site, err
		}
		for _, o := range some {
			after = place{o.PaidAt, o.ID}
			site.Orders, site.Cents = site.Orders+1, site.Cents+o.PriceCents
			if !o.Money {
				d.add(Item{Cause: NoMoney, OrderID: o.ID, SiteID: id, Books: o.PriceCents, At: o.PaidAt.UTC()})
			}
		}
		if len(some) < page {
			return site, nil
		}
	}
}

// source is how the ledger names the entry that brought a receipt in.
func source(r receipt) string { return "receipt:" + strconv.FormatInt(r.ID, 10) }

func (s *Service) postedOf(ctx context.Context, all []receipt) (map[string]int64, error) {
	sources := make([]string, len(all))
	for n, r := range all {
		sources[n] = source(r)
	}
	return s.Books.Posted(ctx, billing.EntryMoneyIn, ledger.TillClearing, sources)
}
