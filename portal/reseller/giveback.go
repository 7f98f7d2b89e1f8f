package reseller

import (
	"strconv"

	"github.com/gofiber/fiber/v2"

	"mtandao/internal/clock"
	"mtandao/internal/fault"
	"mtandao/vouchers"
	"mtandao/vouchers/resellers"
)

// brought is one return of unsold paper.
type brought struct {
	ID, What, Serials, State, When string
	Asked                          bool
}

type returnPage struct {
	frame
	Piles                   []pile
	Sheets                  []choice // cards of a sheet
	Number, From, To, Sheet string
	All                     []brought
}

// sheetSizes are the cards of the sheets that are handed out.
var sheetSizes = []string{"24", "36", "50"}

func (f *Face) askReturn(q *request) (err error) {
	p := &returnPage{frame: q.page("sell.return.title"), Number: q.typed("batch"), From: q.typed("first"), To: q.typed("last"), Sheet: q.typed("sheet")}
	if p.Piles, err = q.piles(); err != nil {
		return err
	}
	for _, size := range sheetSizes {
		p.Sheets = append(p.Sheets, choice{Value: size, Name: size, Here: q.typed("cards") == size})
	}
	if p.All, err = q.returns(); err != nil {
		return err
	}
	if q.Query("done") != "" {
		p.Done = p.T("sell.return.done")
	}
	return q.send(fiber.StatusOK, "return", p)
}

// returns are what was said to be brought back, the newest first.
func (q *request) returns() (seen []brought, err error) {
	all, err := q.face.Resellers.ReturnsOf(q.ctx, q.seller.ID)
	for _, g := range all {
		b, err := q.face.Stock.Batch(q.ctx, g.BatchID)
		if err != nil {
			return nil, err
		}
		count := g.Count
		if g.State == resellers.ReturnTaken {
			count = g.Taken
		}
		serials := vouchers.Serial(b.Number, g.First)
		if g.Last > g.First {
			serials += " – " + vouchers.Serial(b.Number, g.Last)
		}
		seen = append(seen, brought{ID: strconv.FormatInt(g.ID, 10), What: strconv.Itoa(count) + " × " + b.PlanName(q.lang), Serials: serials,
			State: q.t("sell.return.state_" + g.State), When: g.At.In(clock.Nairobi).Format("02.01. 15:04"), Asked: g.State == resellers.ReturnAsked})
	}
	return seen, err
}

// returnPaper says what is brought to the office: by serials, or a sheet as it was printed.
func (f *Face) returnPaper(q *request) error {
	w, b, err := q.rangeIn()
	if err != nil {
		return err
	}
	if sheet := q.typed("sheet"); sheet != "" {
		n, e := strconv.Atoi(sheet)
		cards, _ := strconv.Atoi(q.typed("cards"))
		if e != nil || n < 1 || n > b.Made || cards < 1 {
			return fault.New(fault.Invalid, "voucher.range", "Most", b.Made)
		}
		w.First, w.Last = b.Sheet(n, cards)
		w.Last = min(w.Last, b.Made)
	}
	if _, err = f.Resellers.AskReturn(q.ctx, q.asked(q.seller.ID), w, q.by()); err != nil {
		return err
	}
	return led("/sell/return?done=1")
}

func (f *Face) withdrawReturn(q *request) error {
	id, err := strconv.ParseInt(q.Params("id"), 10, 64)
	if err != nil {
		return notHere()
	}
	if err = f.Resellers.WithdrawReturn(q.ctx, q.seller.ID, id, q.by()); err != nil {
		return err
	}
	return led("/sell/return")
}
