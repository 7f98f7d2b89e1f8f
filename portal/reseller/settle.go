package reseller

import (
	"strconv"

	"github.com/gofiber/fiber/v2"

	"mtandao/internal/money"
	"mtandao/portal/web"
)

type settlePage struct {
	frame
	Owes, Float, Entrusted, Limit, Account, Paybill, Call string
	Owing                                                 bool
	Amount, From                                          string // of a prompt
	Waiting                                               string // address of the one whose verdict is waited for
}

// Dial is the number as a telephone dials it.
func (p *settlePage) Dial() string { return web.Dial(p.Call) }

// settle says what is owed, and how to pay in.
func (f *Face) settle(q *request) error {
	entrusted, err := f.Stock.EntrustedTo(q.ctx, q.seller.Holder())
	if err != nil {
		return err
	}
	p := &settlePage{frame: q.page("sell.settle.title"), Owes: q.seller.Owes().String(), Float: q.seller.Float().String(), Entrusted: money.KES(entrusted).String(), Limit: q.seller.Limit.String(),
		Account: q.seller.Account(), Call: q.whom(), Owing: q.seller.Balance.Cents < 0, Amount: q.typed("amount"), From: q.typed("phone")}
	if !p.Owing {
		p.Title = p.T("sell.buy")
	}
	if p.From == "" {
		p.From = q.seller.Phone.Local()
	}
	if p.Amount == "" && p.Owing {
		p.Amount = strconv.FormatInt((q.seller.Owes().Cents+99)/100, 10)
	}
	waits, err := f.Floats.MoneyOpen(q.ctx, payee(q.seller), q.seller.Phone)
	if err != nil {
		return err
	}
	if waits != 0 {
		p.Waiting = "/sell/float/" + strconv.FormatInt(waits, 10)
	}
	if p.Paybill, err = f.paybill(q); err != nil {
		return err
	}
	return q.send(fiber.StatusOK, "settle", p)
}
