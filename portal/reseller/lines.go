package reseller

import (
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"mtandao/internal/clock"
	"mtandao/internal/money"
	"mtandao/internal/words"
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
	p := &linesPage{frame: q.page("sell.day.title"), Period: words.Date(q.lang, at), Before: "/sell/day?d=" + at.AddDate(0, 0, -1).Format(time.DateOnly)}
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
