package backoffice

import (
	"slices"
	"strconv"
	"strings"

	"mtandao/billing/customers"
	"mtandao/billing/invoices"
	"mtandao/internal/fault"
)

// dunningSegments may have a table of their own; "" is everybody who has none.
var dunningSegments = append([]customers.Segment{""}, customers.Segments...)

// moreSteps are empty rows under those that a table has.
const moreSteps = 2

func (b *Backoffice) dunningPage(q *request, segment customers.Segment) (*formPage, error) {
	p := q.asking("office.dunning.", "settings", "/office/settings")
	p.Danger, p.Crumbs = false, []crumb{{p.T("office.nav.settings"), "/office/settings"}}
	p.Action = "/office/dunning?segment=" + string(segment)
	p.Chips = [][]chip{nil}
	for _, s := range dunningSegments {
		p.Chips[0] = append(p.Chips[0], chip{Name: dunnedSegment(&p.frame, s), Address: "/office/dunning?segment=" + string(s), Here: s == segment})
	}
	p.Title = p.T("office.dunning.of", "Segment", dunnedSegment(&p.frame, segment))
	all, err := b.Invoices.Steps(q.ctx)
	if err != nil {
		return nil, err
	}
	own := slices.DeleteFunc(all, func(st invoices.Step) bool { return st.Segment != string(segment) })
	rows := len(own) + moreSteps
	if q.Method() == post {
		rows = min(100, max(rows, len(q.values("action"))))
	}
	for n := range rows {
		day, action, fee := "", "", ""
		if n < len(own) {
			day, action = strconv.Itoa(own[n].After), string(own[n].Action)
			if own[n].Cents != 0 {
				fee = strings.TrimPrefix(kes(own[n].Cents), "KES ")
			}
		}
		choices := []choice{{Name: p.T("office.dunning.nothing"), Value: ""}}
		for _, a := range invoices.Actions {
			choices = append(choices, choice{Name: p.T("office.dunning.do_" + string(a)), Value: string(a)})
		}
		i := strconv.Itoa(n)
		p.Sections = append(p.Sections, section{Title: p.T("office.dunning.step", "N", n+1), Fields: []formField{
			{Name: "action" + i, Label: p.T("office.dunning.action"), As: asPick, Choices: chosen(choices, q.typedOr("action"+i, action))},
			{Name: "day" + i, Label: p.T("office.dunning.day"), Hint: p.T("office.dunning.day_hint"), As: asText, Value: q.typedOr("day"+i, day), Most: 4},
			{Name: "fee" + i, Label: p.T("office.dunning.fee"), As: asMoney, Value: q.typedOr("fee"+i, fee), Most: 12}}})
	}
	p.Hidden = []fact{{"rows", strconv.Itoa(rows)}}
	return p, nil
}

func dunnedSegment(f *frame, segment customers.Segment) string {
	if segment == "" {
		return f.T("office.dunning.everybody")
	}
	return f.T("office.dunning.segment_" + strings.ReplaceAll(string(segment), "-", "_"))
}

func (q *request) dunningSegment() customers.Segment {
	if s := customers.Segment(q.Query("segment")); slices.Contains(dunningSegments, s) {
		return s
	}
	return ""
}

func (b *Backoffice) dunning(q *request) error {
	segment := q.dunningSegment()
	all, err := b.Invoices.Steps(q.ctx)
	if err != nil {
		return err
	}
	if segment == "" && q.Query("own") == "" && !slices.ContainsFunc(all, func(st invoices.Step) bool { return st.Segment == "" }) {
		return b.offerDunning(q)
	}
	p, err := b.dunningPage(q, segment)
	if err != nil {
		return err
	}
	return q.showForm(p)
}

// offerDunning offers the usual steps to who has none, with what they would do: the form is that of somebody who typed them.
func (b *Backoffice) offerDunning(q *request) error {
	does, all, err := b.Invoices.Would(q.ctx, "", invoices.UsualSteps)
	if err != nil {
		return err
	}
	p := q.asking("office.dunning_usual.", "settings", "/office/settings")
	p.Danger, p.Crumbs, p.Action = false, []crumb{{p.T("office.nav.settings"), "/office/settings"}}, "/office/dunning"
	p.Acts = []act{{Name: p.T("office.dunning_usual.own"), Icon: "settings", Address: "/office/dunning?own=1"}}
	for _, s := range dunningSegments[1:] {
		p.Acts = append(p.Acts, act{Name: dunnedSegment(&p.frame, s), Address: "/office/dunning?segment=" + string(s)})
	}
	p.Table = &table{Columns: []column{{Name: p.T("office.dunning_usual.when")}, {Name: p.T("office.dunning.action")}, {Name: p.T("office.dunning_usual.means")}}}
	p.Hidden = []fact{{"rows", strconv.Itoa(len(invoices.UsualSteps))}}
	for n, st := range invoices.UsualSteps {
		i := strconv.Itoa(n)
		p.Table.add(cell{Text: stepDay(&p.frame, st.After)}, cell{Text: p.T("office.dunning.do_" + string(st.Action))}, cell{Text: p.T("office.dunning_usual.means_" + string(st.Action))})
		p.Hidden = append(p.Hidden, fact{"action" + i, string(st.Action)}, fact{"day" + i, strconv.Itoa(st.After)})
	}
	var now []string
	for _, a := range invoices.Actions {
		if does[a] > 0 {
			now = append(now, p.T("office.dunning_usual.now_"+string(a), "Count", does[a]))
		}
	}
	p.Text = p.T("office.dunning_usual.nobody")
	if len(now) > 0 {
		p.Text = p.T("office.dunning_usual.now", "What", strings.Join(now, "; "))
	}
	if !all {
		p.Text += " " + p.T("office.dunning_usual.more")
	}
	return q.showForm(p)
}

// stepDay is a step's day in words.
func stepDay(f *frame, after int) string {
	switch {
	case after < 0:
		return f.T("office.dunning_usual.before", "Count", -after)
	case after == 0:
		return f.T("office.dunning_usual.on")
	}
	return f.T("office.dunning_usual.after", "Count", after)
}

// typedSteps reads the rows of the form in which something is to be done; at names the field of the one that is wrong.
func (q *request) typedSteps() (steps []invoices.Step, at string, err error) {
	rows, _ := strconv.Atoi(q.FormValue("rows")) // ours; of another none are read
	for n := range min(rows, 100) {
		i := strconv.Itoa(n)
		if q.FormValue("action"+i) == "" {
			continue
		}
		st := invoices.Step{Action: invoices.Action(q.FormValue("action" + i))}
		if st.After, err = strconv.Atoi(strings.TrimSpace(q.FormValue("day" + i))); err != nil {
			return nil, "day" + i, fault.New(fault.Invalid, "dunning.days")
		}
		fee, err := amountTyped(q.FormValue("fee" + i))
		if err != nil {
			return nil, "fee" + i, err
		}
		st.Cents = fee.Cents
		steps = append(steps, st)
	}
	return steps, "", nil
}

func (b *Backoffice) saveDunning(q *request) error {
	segment := q.dunningSegment()
	steps, at, err := q.typedSteps()
	if err == nil {
		err = b.Invoices.SaveSteps(q.ctx, string(segment), steps, q.invoiceBy())
	}
	if err != nil {
		p, failed := b.dunningPage(q, segment)
		if failed != nil {
			return failed
		}
		return q.refuse(err, "form", p, at)
	}
	q.tell("good", "office.dunning.saved", "")
	return led("/office/dunning?segment=" + string(segment))
}
