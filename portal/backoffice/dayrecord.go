package backoffice

import (
	"slices"

	"mtandao/billing/dayclose"
	"mtandao/internal/staff"
	"mtandao/internal/words"
)

// moneyDay is a day: a picture of the three columns, the tills, what does not agree, and the cashiers' drawers.
func (b *Backoffice) moneyDay(q *request) error {
	v, err := b.theDay(q)
	if err != nil {
		return err
	}
	day := v.Look.Day
	p := q.record("office.money_day.title", "payments")
	p.Title, p.State, p.Crumbs, p.Print = p.T("office.money_day.of", "Day", words.DateOf(p.Lang, day)), dayState(&p.frame, v.Kept), dayCrumbs(&p.frame), true
	p.Find = &find{Action: daysAt, Button: p.T("office.statement.show"), Fields: []formField{{Name: "day", As: asDay, Label: p.T("office.payments.day"), Value: day.String()}}}
	if v.State == dayclose.Open && q.may(staff.PaymentsClose, 0) {
		p.Acts = append(p.Acts, act{Name: p.T("office.money_close.act"), Icon: "check", Address: dayAddress(day) + "/close", Tone: "primary"})
	}
	if q.reachable(railBookAt+"/new") != "" {
		p.Acts = append(p.Acts, act{Name: p.T("office.money_statement.new"), Icon: "plus", Address: railBookAt + "/new"})
	}
	p.Lead = p.T("office.money_day.all_agree")
	if v.Left > 0 {
		p.Lead = p.T("office.money_day.some_left", "Count", v.Left, "Amount", kes(v.LeftCents))
	}
	if v.State == dayclose.Closed {
		p.Lead += " " + p.T("office.money_day.closed_at", "By", v.ClosedBy, "At", b.when(&p.frame, v.ClosedAt))
	}
	p.add(card{Name: p.T("office.money_day.picture"), Strips: dayStrips(&p.frame, v)})
	p.add(b.tillsCard(p, v.Look))
	if err := b.sellersCard(q, p, v.Look); err != nil {
		return err
	}
	if v.Changed() {
		p.add(changedCard(p, v))
	}
	if err := b.differencesCards(q, p, v); err != nil {
		return err
	}
	if err := b.drawersCard(q, p, day); err != nil {
		return err
	}
	return q.show(p)
}

func (b *Backoffice) tillsCard(p *recordPage, d dayclose.Day) card {
	one := card{Name: p.T("office.money_day.tills"), Table: &table{Columns: []column{{Name: p.T("office.money_statement.till")}, {p.T("office.money_day.statement"), "num"}, {p.T("office.money_day.ledger"), "num"},
		{p.T("office.money_day.service"), "num"}, {p.T("office.money_day.waits"), "num"}, {p.T("office.money_day.gone"), "num"}, {p.T("office.money_day.until"), "when"}}}}
	for _, t := range d.Tills {
		name, until := t.ShortCode+" "+t.Key, cell{Text: p.T("office.money_day.no_statement")}
		if t.Key == "" {
			name = p.T("office.money_day.till_gone")
		}
		switch {
		case t.Until.Equal((d.Day + 1).Start()):
			until.Text = p.T("office.money_day.whole")
		case !t.Until.IsZero():
			until.Text = b.when(&p.frame, t.Until)
		}
		told := cell{Text: kes(t.In)}
		if t.Charged > 0 || t.Out != 0 || t.Back > 0 {
			told.More = p.T("office.money_day.left_till", "Charged", kes(t.Charged), "Out", kes(t.Out), "Back", kes(t.Back))
		}
		books := cell{Text: kes(t.Ledger)}
		if t.Elsewhere > 0 || t.Strayed > 0 {
			books.More = p.T("office.money_day.midnight", "Elsewhere", kes(t.Elsewhere), "Strayed", kes(t.Strayed))
		}
		given := cell{Text: kes(t.Given())}
		if t.Raised > 0 || t.Float > 0 {
			given.More = p.T("office.money_day.raised", "Accounts", kes(t.Raised), "Float", kes(t.Float))
		}
		one.Table.add(cell{Text: name}, told, books, given, cell{Text: kes(t.Held)}, cell{Text: kes(t.Gone)}, until)
	}
	for _, s := range d.Sites {
		here, _, err := b.Sites.Get(s.ID)
		name := here.Name
		if err != nil {
			name = p.T("office.money_day.site_gone")
		}
		one.Table.add(cell{Text: name, More: p.T("office.money_day.orders", "Count", s.Orders)}, cell{}, cell{}, cell{Text: kes(s.Cents)}, cell{}, cell{}, cell{})
	}
	return one
}

// changedCard shows what of a closed day is not any more as who closed it saw it.
func changedCard(p *recordPage, v dayclose.View) card {
	was, is := v.Seen.Total(), v.Look.Total()
	one := card{Name: p.T("office.money_day.changed"), Lead: p.T("office.money_day.changed_lead")}
	for _, f := range []struct {
		key     string
		was, is int64
	}{{"statement", was.In, is.In}, {"taken_back", was.Back, is.Back}, {"ledger", was.Ledger, is.Ledger}, {"service", was.Given(), is.Given()}, {"waits", was.Held, is.Held}, {"gone", was.Gone, is.Gone}} {
		one.Sides = append(one.Sides, side{Name: p.T("office.money_day." + f.key), Before: kes(f.was), After: kes(f.is), Changed: f.was != f.is})
	}
	one.Sides = append(one.Sides, side{Name: p.T("office.money_day.left"), Before: p.T("office.money_day.left_of", "Left", v.SeenLeft, "Amount", kes(v.SeenOf)),
		After: p.T("office.money_day.left_of", "Left", v.Left, "Amount", kes(v.LeftCents)), Changed: v.SeenLeft != v.Left || v.SeenOf != v.LeftCents})
	return one
}

// differencesCards list what does not agree, of one cause when the address names it, and then what was explained or agrees since.
func (b *Backoffice) differencesCards(q *request, p *recordPage, v dayclose.View) error {
	cause := dayclose.Cause(q.Query("cause"))
	counts := map[dayclose.Cause]int{}
	var open, done []dayclose.Difference
	for _, d := range v.Differences {
		counts[d.Cause]++
		switch {
		case cause != "" && d.Cause != cause:
		case d.Standing == dayclose.Left:
			open = append(open, d)
		default:
			done = append(done, d)
		}
	}
	if cause != "" && !slices.Contains(dayclose.Causes, cause) {
		return notHere()
	}
	chips := []choice{{Name: p.T("office.money_day.all")}}
	for _, c := range dayclose.Causes {
		if counts[c] > 0 {
			chips = append(chips, choice{Name: p.T("dayclose.cause."+string(c)) + " " + number(int64(counts[c])), Value: string(c)})
		}
	}
	if len(chips) > 2 || cause != "" {
		p.Chips = [][]chip{q.chips("cause", chips)}
	}
	for _, part := range []struct {
		name string
		all  []dayclose.Difference
	}{{"office.difference.title", open}, {"office.difference.done", done}} {
		if len(part.all) == 0 {
			continue
		}
		some, next := paged(q, part.all, dayclose.Difference.Key)
		t, err := b.differenceTable(q, &p.frame, some, false)
		if err != nil {
			return err
		}
		one := card{Name: p.T(part.name), Table: t, Older: next}
		if q.may(staff.PaymentsClose, 0) && slices.ContainsFunc(part.all, func(d dayclose.Difference) bool { return d.ID == 0 }) {
			one.Acts = []act{{Name: p.T("office.difference.see"), Icon: "refresh-cw", Address: dayAddress(v.Look.Day) + "/keep", Posted: true}}
		}
		if v.Look.More {
			one.Lead = p.T("office.money_day.more")
		}
		p.add(one)
	}
	return nil
}
