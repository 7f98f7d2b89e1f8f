package backoffice

import (
	"cmp"
	"slices"

	"mtandao/internal/report"
	tables "mtandao/internal/table"
)

// planLines is what became of the lines of a plan.
type planLines struct {
	start, began, here, away, ended int64
}

func (p planLines) stays() int64 { return p.start + p.began + p.here - p.away - p.ended }

// lineMoves are those until today: what lies ahead is not told.
func (a asking) lineMoves() ([]report.LineMove, error) {
	asked := report.Asked(a.Now)
	asked.Last = min(asked.Last, a.planDay())
	return a.Desk.LineMoves(a.ctx, asked)
}

// planMix reads what became of the lines of each plan, and of all in each span; whoever went nowhere is nowhere in it.
func (a asking) planMix() (plans map[string]planLines, grew map[string]int64, err error) {
	before, err := a.Desk.LinesOn(a.ctx, a.Now.Sites, a.Now.First-1)
	if err != nil {
		return nil, nil, err
	}
	moves, err := a.lineMoves()
	plans, grew = map[string]planLines{}, map[string]int64{}
	for plan, n := range before[0] {
		plans[plan] = planLines{start: n}
	}
	for _, m := range moves {
		to, from := plans[m.To], plans[m.From]
		switch {
		case m.Kind == report.LineBegan:
			to.began += m.Lines
		case m.Kind == report.LineEnded:
			from.ended += m.Lines
		default:
			to.here, from.away = to.here+m.Lines, from.away+m.Lines
		}
		if m.From != "" {
			plans[m.From], grew[m.Span] = from, grew[m.Span]-m.Lines
		}
		if m.To != "" {
			plans[m.To], grew[m.Span] = to, grew[m.Span]+m.Lines
		}
	}
	return plans, grew, err
}

// tellMix is how many lines each plan has, and what became of them.
func tellMix(a asking) (said telling, err error) {
	plans, grew, err := a.planMix()
	if err != nil {
		return said, err
	}
	called, err := planNamesOf(a)
	if err != nil {
		return said, err
	}
	var all planLines
	var keys []string
	for key, p := range plans {
		keys = append(keys, key)
		all = planLines{all.start + p.start, all.began + p.began, all.here + p.here, all.away + p.away, all.ended + p.ended}
	}
	slices.SortFunc(keys, func(x, y string) int {
		return cmp.Or(cmp.Compare(plans[y].stays(), plans[x].stays()), cmp.Compare(x, y))
	})
	head := []string{"office.revenue.plan", "office.mix_report.start", "office.mix_report.began", "office.mix_report.here", "office.mix_report.away", "office.mix_report.ended", "office.mix_report.stays", "office.revenue.share"}
	said.Taken = [][]tables.Cell{{}}
	for n, key := range head {
		said.Taken[0] = append(said.Taken[0], tables.Cell{Text: a.T(key)})
		if len(keys) > 0 {
			said.Columns = append(said.Columns, column{a.T(key), map[bool]string{true: "num"}[n > 0]})
		}
	}
	for _, key := range keys {
		a.mixRow(&said, nameOr(called, key, a.T("office.revenue.nobody")), plans[key], all)
	}
	if len(keys) == 0 {
		return said, nil
	}
	a.mixRow(&said, a.T("office.money_report.total"), all, all)
	said.Taken = said.Taken[:len(said.Taken)-1] // a file is added up by who reads it
	said.Total = number(all.stays())
	said.Figures = []figure{{Label: a.T("office.mix_report.stays"), Value: said.Total, Detail: a.T("office.mix_report.from", "Lines", number(all.start))},
		{Label: a.T("office.mix_report.began"), Value: number(all.began)}, {Label: a.T("office.mix_report.ended"), Value: number(all.ended)}}
	there := all.start
	for _, span := range a.Now.Spans() {
		there += grew[span]
		said.Bars = append(said.Bars, bar{spanText(a.f.Lang, span), a.T("office.mix_report.lines", "Lines", number(there)), there})
	}
	return said, nil
}

// mixRow is a plan on the page and in the file.
func (a asking) mixRow(said *telling, name string, p, all planLines) {
	cells, taken := []cell{{Text: name}}, []tables.Cell{{Text: name}}
	for _, n := range []int64{p.start, p.began, p.here, p.away, p.ended, p.stays()} {
		cells, taken = append(cells, cell{Text: number(n)}), append(taken, tables.Cell{Text: number(n)})
	}
	share := percentOf(p.stays(), all.stays())
	said.add(append(cells, cell{Text: share})...)
	said.Taken = append(said.Taken, append(taken, tables.Cell{Text: share}))
}

// tellMoves is how many lines went from which plan to which other.
func tellMoves(a asking) (said telling, err error) {
	moves, err := a.lineMoves()
	if err != nil {
		return said, err
	}
	called, err := planNamesOf(a)
	if err != nil {
		return said, err
	}
	type pair struct{ from, to string }
	lines, spans, total := map[pair]int64{}, map[string]int64{}, int64(0)
	for _, m := range moves {
		if m.From == "" || m.To == "" {
			continue
		}
		lines[pair{m.From, m.To}] += m.Lines
		spans[m.Span] += m.Lines
		total += m.Lines
	}
	pairs := make([]pair, 0, len(lines))
	for p := range lines {
		pairs = append(pairs, p)
	}
	slices.SortFunc(pairs, func(x, y pair) int {
		return cmp.Or(cmp.Compare(lines[y], lines[x]), cmp.Compare(x.from, y.from), cmp.Compare(x.to, y.to))
	})
	head := []column{{Name: a.T("office.moves_report.from")}, {Name: a.T("office.moves_report.to")}, {a.T("office.moves_report.count"), "num"}, {a.T("office.revenue.share"), "num"}}
	said.Taken = [][]tables.Cell{{{Text: head[0].Name}, {Text: head[1].Name}, {Text: head[2].Name}}}
	if total == 0 {
		return said, nil
	}
	said.Columns, said.Total = head, number(total)
	said.Figures = []figure{{Label: a.T("office.moves_report.count"), Value: number(total)}}
	for _, p := range pairs {
		from, to := nameOr(called, p.from, p.from), nameOr(called, p.to, p.to)
		said.add(cell{Text: from}, cell{Text: to}, cell{Text: number(lines[p])}, cell{Text: percentOf(lines[p], total)})
		said.Taken = append(said.Taken, []tables.Cell{{Text: from}, {Text: to}, {Text: number(lines[p])}})
	}
	for _, span := range a.Now.Spans() {
		said.Bars = append(said.Bars, bar{spanText(a.f.Lang, span), number(spans[span]), spans[span]})
	}
	return said, nil
}
