package reseller

import (
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"mtandao/internal/fault"
	"mtandao/internal/money"
)

// under is a sub-reseller with what they did today.
type under struct {
	ID, Name, Phone, Commission, Float, Taken string
	Sold                                      int64
	Typed                                     string // float to give
}

type belowPage struct {
	frame
	All   []under
	Float string
}

func (f *Face) below(q *request) error {
	p := &belowPage{frame: q.page("sell.below.title"), Float: q.seller.Float().String()}
	below, err := f.Resellers.Below(q.ctx, q.seller.ID)
	if err != nil {
		return err
	}
	day := f.today().Format(time.DateOnly)
	for _, r := range below {
		sum, err := f.Resellers.SumOf(q.ctx, r.ID, day, day)
		if err != nil {
			return err
		}
		u := under{ID: strconv.FormatInt(r.ID, 10), Name: r.Name, Phone: r.Phone.Local(), Commission: r.Commission.In(q.lang), Float: r.Balance.String(), Sold: sum.Sold, Taken: money.KES(sum.Gross).String()}
		if u.ID == q.Params("id") {
			u.Typed = q.typed("amount")
		}
		p.All = append(p.All, u)
	}
	if q.Query("done") != "" {
		p.Done = p.T("sell.below.done")
	}
	return q.send(fiber.StatusOK, "below", p)
}

// give moves float to a sub-reseller.
func (f *Face) give(q *request) error {
	id, err := strconv.ParseInt(q.Params("id"), 10, 64)
	if err != nil {
		return notHere()
	}
	amount, err := q.amount()
	if err != nil {
		return err
	}
	_, err = f.Resellers.Give(q.ctx, q.asked(id), q.seller.ID, amount, q.by())
	if fault.Is(err, fault.NotFound) || fault.KeyOf(err) == "reseller.not_yours" {
		return notHere()
	}
	if err != nil {
		return err
	}
	return led("/sell/below?done=1")
}
