package reseller

import (
	"time"

	"github.com/gofiber/fiber/v2"

	"mtandao/internal/clock"
	"mtandao/internal/money"
	"mtandao/vouchers/resellers"
)

func (f *Face) today() time.Time { return f.Clock.Now().In(clock.Nairobi) }

type homePage struct {
	frame
	Account, Float, Owes string
	Owing                bool
	Sold                 int64
	Earned, Taken        string
	Has                  int // vouchers to sell
	HasWorth             string
	Below                bool
}

func (f *Face) home(q *request) error {
	day := f.today().Format(time.DateOnly)
	sum, err := f.Resellers.SumOf(q.ctx, q.seller.ID, day, day)
	if err != nil {
		return err
	}
	held, err := f.Stock.HeldBy(q.ctx, q.seller.Holder())
	if err != nil {
		return err
	}
	p := &homePage{frame: q.page("sell.home"), Account: q.seller.Account(), Float: q.seller.Float().String(), Owes: q.seller.Owes().String(), Owing: q.seller.Balance.Cents < 0,
		Sold: sum.Sold, Earned: money.KES(sum.Earned).String(), Taken: money.KES(sum.Gross).String(), Below: q.seller.ParentID == 0}
	for _, h := range held {
		p.Has += h.Count
	}
	if q.Query("done") == "pin" {
		p.Done = p.T("sell.pin.done")
	}
	if q.seller.State != resellers.Active {
		p.Wrong = p.T("reseller.closed")
	}
	return q.send(fiber.StatusOK, "home", p)
}
