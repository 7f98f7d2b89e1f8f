package backoffice

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"mtandao/billing/daybook"
	"mtandao/internal/clock"
	tables "mtandao/internal/table"
)

// What the Communications Authority asks of the turnover of licensed services, in ten-thousandths. A licence says its own least fee.
const (
	universalService = 50 // the levy for the Universal Service Fund
	licenceFee       = 40 // of an application service provider, by the year
)

// partOf is some ten-thousandths of an amount, the nearest cent.
func partOf(cents, tenThousandths int64) int64 { return (cents*tenThousandths + 5_000) / 10_000 }

// quartersIn are the whole quarters of a time: those of the calendar, which are those of the state's year too.
func quartersIn(a daybook.Asked) daybook.Asked {
	year, month, _ := a.First.Date()
	end, until, _ := a.Last.Date()
	months := monthsIn(daybook.Asked{First: clock.Date(year, month-(month-1)%3, 1), Last: clock.Date(end, until+2-(until-1)%3, 1)})
	months.Sites = a.Sites
	return months
}

// quarterOf is the first month of the quarter of a month, as 2026-10.
func quarterOf(month string) string {
	first, _ := clock.ParseDay(month + "-01")
	year, m, _ := first.Date()
	return clock.Date(year, m-(m-1)%3, 1).String()[:len("2026-10")]
}

// quarterText is a quarter as people write it: "Oct – Dec 2026".
func (a asking) quarterText(quarter string) string {
	first, _ := clock.ParseDay(quarter + "-01")
	year, month, _ := first.Date()
	months := strings.Fields(a.T("guest.months"))
	return months[month-1] + " – " + months[month+1] + " " + strconv.Itoa(year)
}

// turnover is what was earned in a month or a quarter: by licensed services, by their accounts, and otherwise.
type turnover struct {
	accounts map[string]int64
	licensed int64
	others   int64
}

func (t *turnover) add(account string, cents int64) {
	if t.accounts == nil {
		t.accounts = map[string]int64{}
	}
	if t.accounts[account] += cents; slices.Contains(daybook.Licensed, account) {
		t.licensed += cents
	} else {
		t.others += cents
	}
}

// tellTurnover is what the regulator asks for each quarter.
func tellTurnover(a asking) (said telling, err error) {
	asked := quartersIn(a.Now)
	sums, err := a.Daybook.Earned(a.ctx, daybook.ByAccountCode, asked)
	if err != nil {
		return said, err
	}
	quarters, months := map[string]*turnover{}, map[string]*turnover{}
	for _, month := range asked.Spans() {
		quarters[quarterOf(month)], months[month] = &turnover{}, &turnover{}
	}
	for _, s := range sums {
		quarters[quarterOf(s.Day)].add(s.Name, s.Cents)
		months[s.Day].add(s.Name, s.Cents)
	}
	lines, err := a.linesAtEnds(asked)
	if err != nil {
		return said, err
	}
	a.turnoverRows(&said, asked, months)
	if len(sums) > 0 {
		a.turnoverTable(&said, quarters, lines)
	}
	return said, nil
}

// linesAtEnds are how many lines there were at the end of each quarter, or are now.
func (a asking) linesAtEnds(asked daybook.Asked) (map[string]int64, error) {
	all, ends, quarters := map[string]int64{}, []clock.Day{}, []string{}
	for first := asked.First; first <= min(asked.Last, a.planDay()); first = monthOf(first, 3) {
		ends, quarters = append(ends, min(monthOf(first, 3)-1, a.planDay())), append(quarters, first.String()[:len("2026-10")])
	}
	if len(ends) == 0 {
		return all, nil
	}
	plans, err := a.Desk.LinesOn(a.ctx, asked.Sites, ends...)
	for n := range plans {
		for _, lines := range plans[n] {
			all[quarters[n]] += lines
		}
	}
	return all, err
}

// turnoverTable has the last quarter first.
func (a asking) turnoverTable(said *telling, quarters map[string]*turnover, lines map[string]int64) {
	said.Columns = []column{{Name: a.T("office.turnover.quarter")}}
	for _, key := range []string{"office.turnover.licensed", "office.turnover.fund_share", "office.turnover.others"} {
		said.Columns = append(said.Columns, column{a.T(key), "num"})
	}
	var whole int64
	var order []string
	for quarter := range quarters {
		order = append(order, quarter)
	}
	slices.SortFunc(order, func(x, y string) int { return cmp.Compare(y, x) })
	for _, quarter := range order {
		t := quarters[quarter]
		var parts []string
		for _, account := range daybook.Licensed {
			if cents := t.accounts[account]; cents != 0 {
				parts = append(parts, a.T(daybook.NameKeys()[account])+" "+kes(cents))
			}
		}
		said.add(cell{Text: a.quarterText(quarter), More: a.T("office.mix_report.lines", "Lines", number(lines[quarter]))}, cell{Text: kes(t.licensed), More: strings.Join(parts, "\n")},
			cell{Text: kes(partOf(t.licensed, universalService))}, cell{Text: kes(t.others)})
		whole += t.licensed
	}
	for n := range order {
		quarter := order[len(order)-1-n]
		said.Bars = append(said.Bars, bar{a.quarterText(quarter), kes(quarters[quarter].licensed), quarters[quarter].licensed})
	}
	last := quarters[order[0]]
	said.Total = kes(whole)
	said.Figures = []figure{{Label: a.T("office.turnover.licensed"), Value: kes(last.licensed), Detail: a.quarterText(order[0])},
		{Label: a.T("office.turnover.fund"), Value: kes(partOf(last.licensed, universalService)), Detail: "0.5 %"},
		{Label: a.T("office.turnover.fee"), Value: kes(partOf(last.licensed, licenceFee)), Detail: a.T("office.turnover.fee_is")}}
}

// turnoverRows are the months as a file has them, each with its quarter.
func (a asking) turnoverRows(said *telling, asked daybook.Asked, months map[string]*turnover) {
	said.Taken = [][]tables.Cell{{{Text: a.T("office.turnover.quarter")}, {Text: a.T("office.lines_report.month")}}}
	names := daybook.NameKeys()
	accounts := slices.Concat(daybook.Licensed, daybook.Unlicensed())
	for _, account := range accounts {
		said.Taken[0] = append(said.Taken[0], tables.Cell{Text: a.T(names[account])})
	}
	said.Taken[0] = append(said.Taken[0], tables.Cell{Text: a.T("office.turnover.licensed")}, tables.Cell{Text: a.T("office.turnover.others")})
	for _, month := range asked.Spans() {
		t := months[month]
		row := []tables.Cell{{Text: a.quarterText(quarterOf(month))}, {Text: month}}
		for _, account := range accounts {
			row = append(row, tables.Cell{Cents: t.accounts[account], Money: true})
		}
		said.Taken = append(said.Taken, append(row, tables.Cell{Cents: t.licensed, Money: true}, tables.Cell{Cents: t.others, Money: true}))
	}
}
