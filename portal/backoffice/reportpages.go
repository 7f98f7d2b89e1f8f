package backoffice

import (
	"mtandao/internal/clock"
	"mtandao/internal/money"
	"mtandao/internal/report"
	tables "mtandao/internal/table"
	"mtandao/internal/words"
)

const moneyReportAt = reportsAt + "money"

// tellMoney is the money that came, by day and rail, beside the time before.
func tellMoney(a asking) (said telling, err error) {
	days, err := a.Desk.MoneyByDay(a.ctx, a.Now.First, a.Now.Last)
	if err != nil {
		return said, err
	}
	before, err := a.Desk.MoneyByDay(a.ctx, a.Before.First, a.Before.Last)
	if err != nil {
		return said, err
	}
	said.Taken = a.moneyRows(days)
	sum, times := summed(days)
	if times == 0 {
		return said, nil
	}
	was, wasTimes := summed(before)
	best := days[0]
	for _, d := range days {
		if d.Total().Cents > best.Total().Cents {
			best = d
		}
		said.Bars = append(said.Bars, bar{words.DateOf(a.f.Lang, d.Day), d.Total().String(), d.Total().Cents})
	}
	said.Total = sum.String()
	said.Figures = []figure{{Label: a.T("office.money_report.total"), Value: sum.String(), Detail: a.wasBefore(sum.Cents, was.Cents)},
		{Label: a.T("office.money_report.times"), Value: number(times), Detail: a.T("office.money_report.times_before", "N", number(wasTimes))},
		{Label: a.T("office.money_report.best"), Value: best.Total().String(), Detail: words.DateOf(a.f.Lang, best.Day), Address: moneyOfDay(best.Day, "")}}
	a.moneyTable(&said, days)
	return said, nil
}

// summed are the money and the payments of days.
func summed(days []report.DayMoney) (sum money.Amount, times int64) {
	sum = money.KES(0)
	for _, d := range days {
		sum.Cents, times = sum.Cents+d.Total().Cents, times+d.Times
	}
	return sum, times
}

// moneyOfDay is the list behind a figure.
func moneyOfDay(day clock.Day, rail string) string {
	at := "/office/money?day=" + day.String()
	if rail != "" {
		at += "&rail=" + rail
	}
	return at
}

// moneyTable has the last day first, without days on which nothing came; each figure leads to its list.
func (a asking) moneyTable(said *telling, days []report.DayMoney) {
	said.Columns = []column{{a.T("office.money_report.day"), "when"}}
	for _, rail := range report.Rails {
		said.Columns = append(said.Columns, column{howName(a.f, rail), "num"})
	}
	said.Columns = append(said.Columns, column{a.T("office.money_report.total"), "num"})
	for n := len(days) - 1; n >= 0; n-- {
		d := days[n]
		if d.Times == 0 {
			continue
		}
		cells := []cell{{Text: words.DateOf(a.f.Lang, d.Day), Address: moneyOfDay(d.Day, "")}}
		for i, rail := range report.Rails {
			one := cell{}
			if d.Cents[i] != 0 {
				one = cell{Text: kes(d.Cents[i]), Address: moneyOfDay(d.Day, rail)}
			}
			cells = append(cells, one)
		}
		said.add(append(cells, cell{Text: d.Total().String()})...)
	}
}

// moneyRows are the days as a file has them, each day of the range with a row.
func (a asking) moneyRows(days []report.DayMoney) [][]tables.Cell {
	rows := [][]tables.Cell{{{Text: a.T("office.money_report.day")}}}
	for _, rail := range report.Rails {
		rows[0] = append(rows[0], tables.Cell{Text: howName(a.f, rail)})
	}
	rows[0] = append(rows[0], tables.Cell{Text: a.T("office.money_report.total")})
	for _, d := range days {
		row := []tables.Cell{{Text: d.Day.String()}}
		for _, cents := range d.Cents {
			row = append(row, tables.Cell{Cents: cents, Money: true})
		}
		rows = append(rows, append(row, tables.Cell{Cents: d.Total().Cents, Money: true}))
	}
	return rows
}
