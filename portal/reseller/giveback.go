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
	Open, Asked                    bool
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

func (q *request) returnPage() (*returnPage, error) {
	stock, err := q.stockPage()
	if err != nil {
		return nil, err
	}
	p := &returnPage{frame: q.page("sell.return.title"), Piles: stock.Piles, Number: q.FormValue("batch"), From: q.FormValue("first"), To: q.FormValue("last"), Sheet: q.FormValue("sheet")}
	for _, size := range sheetSizes {
		p.Sheets = append(p.Sheets, choice{Value: size, Name: size, Here: q.FormValue("cards") == size})
	}
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
		p.All = append(p.All, brought{ID: strconv.FormatInt(g.ID, 10), What: strconv.Itoa(count) + " × " + b.PlanName(q.lang), Serials: serials,
			State: p.T("sell.return.state_" + g.State), When: g.At.In(clock.Nairobi).Format("02.01. 15:04"), Open: g.Open(), Asked: g.State == resellers.ReturnAsked})
	}
	return p, err
}

func (f *Face) askReturn(q *request) error {
	p, err := q.returnPage()
	if err != nil {
		return err
	}
	if q.Query("done") != "" {
		p.Done = p.T("sell.return.done")
	}
	return q.send(fiber.StatusOK, "return", p)
}

// returnPaper says what is brought to the office: by serials, or a sheet as it was printed.
func (f *Face) returnPaper(q *request) error {
	w, b, err := q.rangeIn()
	if sheet := q.FormValue("sheet"); err == nil && sheet != "" {
		n, e := strconv.Atoi(sheet)
		cards, _ := strconv.Atoi(q.FormValue("cards"))
		if e != nil || n < 1 || n > b.Made || cards < 1 {
			err = fault.New(fault.Invalid, "voucher.range", "Most", b.Made)
		} else {
			w.First, w.Last = b.Sheet(n, cards)
			w.Last = min(w.Last, b.Made)
		}
	}
	if err == nil {
		_, err = f.Resellers.AskReturn(q.ctx, resellers.Request{Key: q.FormValue("once"), ResellerID: q.seller.ID}, w, q.by())
	}
	if err == nil {
		return led("/sell/return?done=1")
	}
	p, e := q.returnPage()
	if e != nil {
		return e
	}
	return q.refuse(err, "return", p)
}

func (f *Face) withdrawReturn(q *request) error {
	id, err := strconv.ParseInt(q.Params("id"), 10, 64)
	if err != nil {
		return notHere()
	}
	err = f.Resellers.WithdrawReturn(q.ctx, q.seller.ID, id, q.by())
	if fault.Is(err, fault.NotFound) {
		return notHere()
	}
	if err == nil {
		return led("/sell/return")
	}
	p, e := q.returnPage()
	if e != nil {
		return e
	}
	return q.refuse(err, "return", p)
}
