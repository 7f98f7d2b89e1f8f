package reseller

import (
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"mtandao/internal/fault"
	"mtandao/vouchers"
	"mtandao/vouchers/resellers"
)

// pile is what a reseller has of one batch.
type pile struct {
	Batch, Plan, Price, First, Last string
	Number                          int64
	Count                           int
}

type stockPage struct {
	frame
	Piles            []pile
	Prepaid          bool
	Number, From, To string
}

func (q *request) piles() (all []pile, err error) {
	held, err := q.face.Stock.HeldBy(q.ctx, q.seller.Holder())
	for _, h := range held {
		b, err := q.face.Stock.Batch(q.ctx, h.BatchID)
		if err != nil {
			return nil, err
		}
		all = append(all, pile{Batch: strconv.FormatInt(b.ID, 10), Number: b.Number, Plan: b.PlanName(q.lang), Price: b.Price.String(), Count: h.Count,
			First: vouchers.Serial(b.Number, h.First), Last: vouchers.Serial(b.Number, h.Last)})
	}
	return all, err
}

func (f *Face) stock(q *request) (err error) {
	p := &stockPage{frame: q.page("sell.stock.title"), Prepaid: q.seller.Terms == resellers.Prepaid, Number: q.typed("batch"), From: q.typed("first"), To: q.typed("last")}
	if p.Piles, err = q.piles(); err != nil {
		return err
	}
	if n, err := strconv.Atoi(q.Query("sold")); err == nil && n > 0 {
		p.Done = p.T("sell.stock.done", "Count", n)
	}
	return q.send(fiber.StatusOK, "stock", p)
}

// rangeIn reads serials with or without their batch before them, of the batch that was chosen; fault.Invalid "sell.other_batch" when they name another.
func (q *request) rangeIn() (w resellers.Range, b vouchers.Batch, err error) {
	w.BatchID, _ = strconv.ParseInt(q.typed("batch"), 10, 64)
	if b, err = q.face.Stock.Batch(q.ctx, w.BatchID); err != nil {
		return w, b, err
	}
	for field, to := range map[string]*int{"first": &w.First, "last": &w.Last} {
		typed := strings.TrimSpace(q.typed(field))
		number, serial, named := vouchers.ReadSerial(typed)
		if named && number != b.Number {
			return w, b, fault.New(fault.Invalid, "sell.other_batch", "Serial", typed, "Batch", b.Number)
		}
		if !named {
			serial, _ = strconv.Atoi(typed) // 0 is out of every range
		}
		*to = serial
	}
	if q.typed("last") == "" {
		w.Last = w.First
	}
	return w, b, nil
}

// sellPaper notes that paper was sold.
func (f *Face) sellPaper(q *request) error {
	w, _, err := q.rangeIn()
	if err != nil {
		return err
	}
	all, err := f.Resellers.Sell(q.ctx, q.asked(q.seller.ID), w, q.by())
	if err != nil {
		return err
	}
	count := 0
	for _, e := range all {
		count += e.Count
	}
	return led("/sell/stock?sold=" + strconv.Itoa(count))
}
