package reseller

import (
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"mtandao/internal/clock"
	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/vouchers"
	"mtandao/vouchers/resellers"
)

// line is one event, as a bank shows it.
type line struct{ When, What, Note, Amount, Earned, Balance, Address string }

// linesPage is a day sheet, or the statement of a month.
type linesPage struct {
	frame
	Period         string
	Sold           int64
	Taken, Earned  string
	Opening, Ended string // empty on a day sheet
	Lines          []line
	Before, After  string // addresses of the periods beside; After is empty for the present one
	More           string
}

const linesOnPage = 100

// day is the sheet of one day: ?d=2026-11-26.
func (f *Face) day(q *request) error {
	today := f.today()
	at, err := time.ParseInLocation(time.DateOnly, q.Query("d"), clock.Nairobi)
	if err != nil || at.After(today) {
		at = today
	}
	day := at.Format(time.DateOnly)
	p := &linesPage{frame: q.page("sell.day.title"), Period: at.Format("02.01.2006"), Before: "/sell/day?d=" + at.AddDate(0, 0, -1).Format(time.DateOnly)}
	if day < today.Format(time.DateOnly) {
		p.After = "/sell/day?d=" + at.AddDate(0, 0, 1).Format(time.DateOnly)
	}
	return f.lines(q, p, day, day, "15:04", "/sell/day?d="+day)
}

// statement is the account of one month: ?m=2026-11.
func (f *Face) statement(q *request) error {
	today := f.today()
	at, err := time.ParseInLocation("2006-01", q.Query("m"), clock.Nairobi)
	if err != nil || at.After(today) {
		at = time.Date(today.Year(), today.Month(), 1, 0, 0, 0, 0, clock.Nairobi)
	}
	first, last := at.Format(time.DateOnly), at.AddDate(0, 1, -1).Format(time.DateOnly)
	p := &linesPage{frame: q.page("sell.statement.title"), Period: at.Format("01.2006"), Before: "/sell/statement?m=" + at.AddDate(0, -1, 0).Format("2006-01")}
	if last < today.Format(time.DateOnly) {
		p.After = "/sell/statement?m=" + at.AddDate(0, 1, 0).Format("2006-01")
	}
	opening, err := f.Resellers.BalanceBefore(q.ctx, q.seller.ID, first)
	if err != nil {
		return err
	}
	sum, err := f.Resellers.SumOf(q.ctx, q.seller.ID, first, last)
	if err != nil {
		return err
	}
	p.Opening, p.Ended = money.KES(opening).String(), money.KES(opening+sum.Delta).String()
	return f.lines(q, p, first, last, "02.01. 15:04", "/sell/statement?m="+at.Format("2006-01"))
}

func (f *Face) lines(q *request, p *linesPage, from, to, form, here string) error {
	sum, err := f.Resellers.SumOf(q.ctx, q.seller.ID, from, to)
	if err != nil {
		return err
	}
	p.Sold, p.Taken, p.Earned = sum.Sold, money.KES(sum.Gross).String(), money.KES(sum.Earned).String()
	after, _ := strconv.ParseInt(q.Query("after"), 10, 64)
	all, err := f.Resellers.Between(q.ctx, q.seller.ID, from, to, after, linesOnPage+1)
	if err != nil {
		return err
	}
	if len(all) > linesOnPage {
		all = all[:linesOnPage]
		p.More = here + "&after=" + strconv.FormatInt(all[linesOnPage-1].Seq, 10)
	}
	for _, e := range all {
		l := line{When: e.At.In(clock.Nairobi).Format(form), What: p.T("reseller.event." + e.Kind), Note: e.Note, Amount: money.KES(e.Delta).String(), Balance: money.KES(e.Balance).String()}
		if e.Count > 1 {
			l.What += " × " + strconv.Itoa(e.Count)
		}
		if e.Earned != 0 {
			l.Earned = money.KES(e.Earned).String()
		}
		if e.Kind == resellers.SoldOne {
			l.Address = "/sell/sold/" + strconv.FormatInt(e.ID, 10)
		}
		p.Lines = append(p.Lines, l)
	}
	return q.send(fiber.StatusOK, "lines", p)
}

// pile is what a reseller has of one batch.
type pile struct {
	Batch, Plan, Price, First, Last string
	Number                          int64
	Count                           int
}

type stockPage struct {
	frame
	Piles   []pile
	Prepaid bool
	Number  string
	From    string
	To      string
}

func (q *request) stockPage() (*stockPage, error) {
	p := &stockPage{frame: q.page("sell.stock.title"), Prepaid: q.seller.Terms == resellers.Prepaid, Number: q.FormValue("batch"), From: q.FormValue("first"), To: q.FormValue("last")}
	held, err := q.face.Stock.HeldBy(q.ctx, q.seller.Holder())
	for _, h := range held {
		b, err := q.face.Stock.Batch(q.ctx, h.BatchID)
		if err != nil {
			return nil, err
		}
		p.Piles = append(p.Piles, pile{Batch: strconv.FormatInt(b.ID, 10), Number: b.Number, Plan: b.PlanName(q.lang), Price: b.Price.String(), Count: h.Count,
			First: vouchers.Serial(b.Number, h.First), Last: vouchers.Serial(b.Number, h.Last)})
	}
	return p, err
}

func (f *Face) stock(q *request) error {
	p, err := q.stockPage()
	if err != nil {
		return err
	}
	if n := q.Query("sold"); n != "" {
		p.Done = p.T("sell.stock.done", "Count", n)
	}
	return q.send(fiber.StatusOK, "stock", p)
}

// rangeIn reads serials with or without their batch before them, of the batch that was chosen; fault.Invalid "sell.other_batch" when they name another.
func (q *request) rangeIn() (w resellers.Range, b vouchers.Batch, err error) {
	w.BatchID, _ = strconv.ParseInt(q.FormValue("batch"), 10, 64)
	if b, err = q.face.Stock.Batch(q.ctx, w.BatchID); err != nil {
		return w, b, err
	}
	for field, to := range map[string]*int{"first": &w.First, "last": &w.Last} {
		typed := strings.TrimSpace(q.FormValue(field))
		number, serial, named := vouchers.ReadSerial(typed)
		if named && number != b.Number {
			return w, b, fault.New(fault.Invalid, "sell.other_batch", "Serial", typed, "Batch", b.Number)
		}
		if !named {
			serial, _ = strconv.Atoi(typed) // 0 is out of every range
		}
		*to = serial
	}
	if q.FormValue("last") == "" {
		w.Last = w.First
	}
	return w, b, nil
}

// sellPaper notes that paper was sold.
func (f *Face) sellPaper(q *request) error {
	w, _, err := q.rangeIn()
	var all []resellers.Event
	if err == nil {
		all, err = f.Resellers.Sell(q.ctx, resellers.Request{Key: q.FormValue("once"), ResellerID: q.seller.ID}, w, q.by())
	}
	if err != nil {
		p, e := q.stockPage()
		if e != nil {
			return e
		}
		return q.refuse(err, "stock", p)
	}
	count := 0
	for _, e := range all {
		count += e.Count
	}
	return led("/sell/stock?sold=" + strconv.Itoa(count))
}

type settlePage struct {
	frame
	Owes, Float, Entrusted, Limit, Account, Paybill, Phone string
	Owing                                                  bool
	Amount, From                                           string // of a prompt
	Waiting                                                string // address of the one whose verdict is waited for
}

// settle says what is owed, and how to pay in.
func (f *Face) settle(q *request) error {
	p, err := q.settlePage()
	if err != nil {
		return err
	}
	return q.send(fiber.StatusOK, "settle", p)
}

func (q *request) settlePage() (*settlePage, error) {
	f := q.face
	entrusted, err := f.Stock.EntrustedTo(q.ctx, q.seller.Holder())
	if err != nil {
		return nil, err
	}
	p := &settlePage{frame: q.page("sell.settle.title"), Owes: q.seller.Owes().String(), Float: q.seller.Float().String(), Entrusted: money.KES(entrusted).String(), Limit: q.seller.Limit.String(),
		Account: q.seller.Account(), Phone: f.Phone(), Owing: q.seller.Balance.Cents < 0, Amount: q.FormValue("amount"), From: q.FormValue("phone")}
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
	if waits != 0 {
		p.Waiting = "/sell/float/" + strconv.FormatInt(waits, 10)
	}
	if err == nil {
		p.Paybill, err = f.paybill(q)
	}
	return p, err
}

// under is a sub-reseller with what they did today.
type under struct {
	ID, Name, Phone, Commission, Float, Taken string
	Sold                                      int64
}

type belowPage struct {
	frame
	All    []under
	Float  string
	Typed  string
	TypedN string
}

func (q *request) belowPage() (*belowPage, error) {
	p := &belowPage{frame: q.page("sell.below.title"), Float: q.seller.Float().String(), Typed: q.FormValue("amount"), TypedN: q.Params("id")}
	below, err := q.face.Resellers.Below(q.ctx, q.seller.ID)
	day := q.face.today().Format(time.DateOnly)
	for _, r := range below {
		sum, err := q.face.Resellers.SumOf(q.ctx, r.ID, day, day)
		if err != nil {
			return nil, err
		}
		p.All = append(p.All, under{ID: strconv.FormatInt(r.ID, 10), Name: r.Name, Phone: r.Phone.Local(), Commission: r.Commission.String(), Float: r.Balance.String(), Sold: sum.Sold,
			Taken: money.KES(sum.Gross).String()})
	}
	return p, err
}

func (f *Face) below(q *request) error {
	p, err := q.belowPage()
	if err != nil {
		return err
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
	amount, err := money.Parse(strings.TrimSpace(q.FormValue("amount")), money.Shilling)
	if err == nil {
		_, err = f.Resellers.Give(q.ctx, resellers.Request{Key: q.FormValue("once"), ResellerID: id}, q.seller.ID, amount, q.by())
	}
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Denied) {
		return notHere()
	}
	if err != nil {
		p, e := q.belowPage()
		if e != nil {
			return e
		}
		return q.refuse(err, "below", p)
	}
	return led("/sell/below?done=1")
}
