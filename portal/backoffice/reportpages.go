package backoffice

import (
	"context"
	"io"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"mtandao/internal/clock"
	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/internal/report"
	"mtandao/internal/staff"
	tables "mtandao/internal/table"
)

// Taken tells the trail which report was taken along.
type Taken interface {
	ReportTaken(ctx context.Context, by staff.By, name string, first, last clock.Day) error
}

// reportPage shows what a report says: figures, a chart and the table.
type reportPage struct {
	listPage
	Figures      []figure
	Chart, Means string
	Width        int
	Bars         []reportBar
	Axis         []string
}

// reportBar is one day, drawn in a column of 10 of a box that is 100 high.
type reportBar struct {
	Label, Amount string
	X, Y, Height  int
}

const moneyReportAt = "/office/reports/money"

func (b *Backoffice) reportRoutes() []route {
	return []route{{get, moneyReportAt, everywhere, staff.PaymentsView, b.moneyReport}, {post, moneyReportAt + "/export", everywhere, staff.PaymentsView, b.exportMoneyReport}}
}

// reportLengths are the ranges of a report, in days; the first is the usual one.
var reportLengths = []int{30, 7, 90}

// reportDays reads the range of the address. What was not made by us is a page that does not exist.
func (b *Backoffice) reportDays(q *request) (first, last clock.Day, err error) {
	last, length := clock.DayOf(b.Clock.Now()), reportLengths[0]
	if typed := q.Query("until"); typed != "" {
		var known bool
		if last, known = clock.ParseDay(typed); !known {
			return 0, 0, notHere()
		}
	}
	if typed := q.Query("days"); typed != "" {
		if length, err = strconv.Atoi(typed); err != nil || length < 1 || length > report.LongestDays {
			return 0, 0, notHere()
		}
	}
	return last - clock.Day(length) + 1, last, nil
}

// moneyReport is the money that came, by day and rail, beside the days before.
func (b *Backoffice) moneyReport(q *request) error {
	first, last, err := b.reportDays(q)
	if err != nil {
		return err
	}
	days, err := b.Desk.MoneyByDay(q.ctx, first, last)
	if err != nil {
		return hiddenUnless(err)
	}
	before, err := b.Desk.MoneyByDay(q.ctx, first-(last-first)-1, first-1)
	if err != nil {
		return err
	}
	p := &reportPage{listPage: *q.listing("office.money_report.title", "payments")}
	p.Lead, p.Means, p.Crumbs = p.T("office.money_report.lead"), p.T("office.money_report.means"), railBookCrumbs(&p.frame)
	p.Acts = []act{{Name: p.T("office.money_report.csv"), Icon: "download", Posted: true, Address: strings.Replace(q.with("", ""), moneyReportAt, moneyReportAt+"/export", 1)}}
	lengths := []choice{{Name: p.T("office.money_report.days30")}, {Name: p.T("office.money_report.days7"), Value: "7"}, {Name: p.T("office.money_report.days90"), Value: "90"}}
	p.Chips = [][]chip{q.chips("days", lengths)}
	p.Find = &find{Action: moneyReportAt, Button: p.T("office.filter"), Keep: q.keep("days"), Fields: []formField{{Name: "until", As: asDay, Label: p.T("office.money_report.until"), Value: last.String()}}}
	p.Empty = blank{Icon: "banknote", Title: p.T("office.money_report.none"), Text: p.T("office.money_report.none_text")}
	if tellMoneyFigures(p, days, before) {
		p.draw(days)
		p.tellMoneyDays(days)
	}
	return q.send(fiber.StatusOK, "report", p)
}

// summed are the money and the payments of days.
func summed(days []report.DayMoney) (sum money.Amount, times int64) {
	sum = money.KES(0)
	for _, d := range days {
		sum.Cents, times = sum.Cents+d.Total().Cents, times+d.Times
	}
	return sum, times
}

// tellMoneyFigures says what came in all; nothing of days on which none came.
func tellMoneyFigures(p *reportPage, days, before []report.DayMoney) (some bool) {
	sum, times := summed(days)
	if times == 0 {
		return false
	}
	was, wasTimes := summed(before)
	best := days[0]
	for _, d := range days {
		if d.Total().Cents > best.Total().Cents {
			best = d
		}
	}
	p.Figures = []figure{{Label: p.T("office.money_report.total"), Value: sum.String(), Detail: p.T("office.money_report.before", "Amount", was.String())},
		{Label: p.T("office.money_report.times"), Value: number(times), Detail: p.T("office.money_report.times_before", "N", number(wasTimes))},
		{Label: p.T("office.money_report.best"), Value: best.Total().String(), Detail: dayText(best.Day), Address: moneyOfDay(best.Day, "")}}
	p.Chart = p.T("office.money_report.chart", "From", dayText(days[0].Day), "Until", dayText(days[len(days)-1].Day), "Total", sum.String())
	return true
}

// moneyOfDay is the list behind a figure.
func moneyOfDay(day clock.Day, rail string) string {
	at := "/office/money?day=" + day.String()
	if rail != "" {
		at += "&rail=" + rail
	}
	return at
}

// draw makes a bar of each day; one on which more went back than came has none.
func (p *reportPage) draw(days []report.DayMoney) {
	var most int64 = 1
	for _, d := range days {
		most = max(most, d.Total().Cents)
	}
	p.Width = 10 * len(days)
	for n, d := range days {
		height := max(0, int(d.Total().Cents*96/most))
		if d.Total().IsPositive() {
			height = max(height, 2)
		}
		p.Bars = append(p.Bars, reportBar{Label: dayText(d.Day), Amount: d.Total().String(), X: 10 * n, Y: 100 - height, Height: height})
	}
	p.Axis = []string{p.Bars[0].Label, p.Bars[len(days)/2].Label, p.Bars[len(days)-1].Label}
}

// tellMoneyDays fills the table, the last day first, without days on which nothing came; each figure leads to its list.
func (p *reportPage) tellMoneyDays(days []report.DayMoney) {
	p.Columns = []column{{Name: p.T("office.money_report.day")}}
	for _, rail := range report.Rails {
		p.Columns = append(p.Columns, column{howName(&p.frame, rail), "num"})
	}
	p.Columns = append(p.Columns, column{p.T("office.money_report.total"), "num"})
	for n := len(days) - 1; n >= 0; n-- {
		d := days[n]
		if d.Times == 0 {
			continue
		}
		cells := []cell{{Text: dayText(d.Day), Address: moneyOfDay(d.Day, "")}}
		for i, rail := range report.Rails {
			one := cell{}
			if d.Cents[i] != 0 {
				one = cell{Text: kes(d.Cents[i]), Address: moneyOfDay(d.Day, rail)}
			}
			cells = append(cells, one)
		}
		p.add(append(cells, cell{Text: d.Total().String()})...)
	}
}

// exportMoneyReport gives the days as a table, each day of the range with a row; the trail says who took it along.
func (b *Backoffice) exportMoneyReport(q *request) error {
	first, last, err := b.reportDays(q)
	if err != nil {
		return err
	}
	days, err := b.Desk.MoneyByDay(q.ctx, first, last)
	if err != nil {
		return hiddenUnless(err)
	}
	if err := b.Taken.ReportTaken(q.ctx, q.in.By(q.visit()), "money", first, last); err != nil {
		return err
	}
	f := q.page("office.money_report.title", "payments")
	head := []string{f.T("office.money_report.day")}
	for _, rail := range report.Rails {
		head = append(head, howName(&f, rail))
	}
	head = append(head, f.T("office.money_report.total"))
	name := "money-" + first.String() + "-" + last.String() + ".csv"
	return q.download(name, "text/csv; charset=utf-8", exportFor, func(_ context.Context, out io.Writer) error {
		rows := tables.NewCSV(out)
		if err := rows.Write(head); err != nil {
			return err
		}
		for _, d := range days {
			cells := []string{d.Day.String()}
			for _, cents := range d.Cents {
				cells = append(cells, bareAmount(cents))
			}
			if err := rows.Write(append(cells, bareAmount(d.Total().Cents))); err != nil {
				return err
			}
		}
		return rows.Flush()
	})
}

// bareAmount is shillings as a spreadsheet reads them.
func bareAmount(cents int64) string {
	return strings.ReplaceAll(money.Amount{Cents: cents}.String(), ",", "")
}

// hiddenUnless: a range that no report holds is a page that does not exist.
func hiddenUnless(err error) error {
	if fault.Is(err, fault.Invalid) {
		return notHere()
	}
	return err
}
