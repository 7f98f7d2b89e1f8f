package backoffice

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"mtandao/billing/accounts"
	"mtandao/billing/counter"
	"mtandao/internal/clock"
	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/internal/report"
	"mtandao/internal/staff"
	"mtandao/internal/words"
)

// drawer is the day of one cashier, as a page shows it.
type drawer struct {
	member  staff.Member
	day     clock.Day
	sums    []report.CashSum
	counts  []counter.Count
	in, out money.Amount
}

// theDrawer reads whose day the address asks for: one's own, or of whoever approves paybacks, anybody's.
func (b *Backoffice) theDrawer(q *request) (d drawer, err error) {
	d.member, d.day = q.in.Member, clock.DayOf(b.Clock.Now())
	if typed := q.Query("day"); typed != "" {
		var known bool
		if d.day, known = clock.ParseDay(typed); !known {
			return d, notHere()
		}
	}
	if id := idIn(q.Query("who")); id != 0 && id != d.member.ID {
		if !q.may(staff.PaymentsApprove, 0) {
			return d, notHere()
		}
		if d.member, err = b.Staff.Member(q.ctx, id); err != nil {
			return d, hidden(err)
		}
	}
	if d.sums, err = b.Desk.CashSums(q.ctx, d.of()); err != nil {
		return d, err
	}
	d.in, d.out = report.InAndOut(d.sums)
	d.counts, err = b.Counter.Counts(q.ctx, d.member.Email, d.day)
	return d, err
}

func (d drawer) of() report.Drawer {
	return report.Drawer{Email: d.member.Email, Member: d.member.ID, Day: d.day}
}

func (b *Backoffice) cashDay(q *request) error {
	d, err := b.theDrawer(q)
	if err != nil {
		return err
	}
	p, err := b.drawerPage(q, d)
	if err != nil {
		return err
	}
	return q.show(p)
}

func (b *Backoffice) drawerPage(q *request, d drawer) (*recordPage, error) {
	p := q.record("office.cash.title", "cashier")
	p.Crumbs = []crumb{{p.T("office.cashier.title"), cashierAt}}
	p.Title, p.Lead = p.T("office.cash.of", "Name", d.member.Name, "Day", words.DateOf(p.Lang, d.day)), p.T("office.cash.lead")
	p.Print = true
	p.Find = &find{Action: cashierAt + "/day", Button: p.T("office.statement.show"), Fields: []formField{{Name: "day", As: asDay, Label: p.T("office.payments.day"), Value: d.day.String()}}}
	if err := b.otherDrawers(q, p, d); err != nil {
		return p, err
	}
	p.State = stateView{"warn", p.T("office.cash.open")}
	if len(d.counts) > 0 {
		p.State = b.countState(&p.frame, d.counts[0], d)
	}
	p.add(b.meansCard(p, d))
	if d.member.ID == q.in.Member.ID || q.may(staff.PaymentsApprove, 0) {
		p.add(b.countCard(q, p, d))
	}
	if len(d.counts) > 0 {
		p.add(b.countsCard(p, d))
	}
	return p, b.movesCard(q, p, d)
}

// otherDrawers lets whoever may see them choose among the cashiers of the day.
func (b *Backoffice) otherDrawers(q *request, p *recordPage, d drawer) error {
	if !q.may(staff.PaymentsApprove, 0) {
		return nil
	}
	others, err := b.Desk.CashiersOn(q.ctx, d.day)
	if err != nil {
		return err
	}
	mine := q.in.Member.ID
	who := formField{Name: "who", As: asPick, Label: p.T("office.cash.whose"), Choices: []choice{{Name: p.T("office.cash.mine"), Here: d.member.ID == mine}}}
	if d.member.ID != mine && !slices.ContainsFunc(others, func(c report.Cashier) bool { return c.ID == d.member.ID }) {
		others = append(others, report.Cashier{ID: d.member.ID, Name: d.member.Name})
	}
	for _, c := range others {
		if c.ID != mine {
			who.Choices = append(who.Choices, choice{Name: c.Name, Value: number(c.ID), Here: c.ID == d.member.ID})
		}
	}
	if len(who.Choices) > 1 {
		p.Find.Fields = append(p.Find.Fields, who)
	}
	return nil
}

// countState says how the last count came out, and whether cash moved since.
func (b *Backoffice) countState(f *frame, c counter.Count, d drawer) stateView {
	switch diff := c.Difference(); {
	case c.In != d.in || c.Out != d.out:
		return stateView{"warn", f.T("office.cash.moved_since")}
	case diff.Cents < 0:
		return stateView{"bad", f.T("office.cash.short", "Amount", diff.Neg().String())}
	case diff.IsPositive():
		return stateView{"bad", f.T("office.cash.over", "Amount", diff.String())}
	}
	return stateView{"good", f.T("office.cash.agrees")}
}

// meansCard sums what was taken and given by each way.
func (b *Backoffice) meansCard(p *recordPage, d drawer) card {
	one := card{Name: p.T("office.cash.means"), Table: &table{Columns: []column{{Name: p.T("office.money.how")}, {p.T("office.cash.times"), "num"}, {p.T("office.cash.taken"), "num"}, {p.T("office.cash.given"), "num"}}}}
	if !slices.ContainsFunc(d.sums, func(s report.CashSum) bool { return s.How == accounts.ByCash }) {
		one.Table.add(cell{Text: howName(&p.frame, accounts.ByCash)}, cell{Text: number(0)}, cell{Text: kes(0)}, cell{})
	}
	for _, s := range d.sums {
		one.Table.add(cell{Text: howName(&p.frame, s.How)}, cell{Text: number(s.Times)}, cell{Text: s.In.String()}, cell{Text: unlessNone(s.Out)})
	}
	return one
}

// countCard asks what is in the drawer.
func (b *Backoffice) countCard(q *request, p *recordPage, d drawer) card {
	float := "0"
	if len(d.counts) > 0 {
		float = kes(d.counts[0].Float.Cents)[len(money.Shilling)+1:]
	}
	field := func(name, usual string) formField {
		return formField{Name: name, As: asMoney, Label: p.T("office.cash_field." + name), Value: q.typedOr(name, usual), Most: 16, Must: true}
	}
	start := field("float", float)
	start.Hint = p.T("office.cash.float_hint")
	action := cashierAt + "/day?day=" + d.day.String()
	if who := q.Query("who"); who != "" {
		action += "&who=" + number(d.member.ID)
	}
	return card{Name: p.T("office.cash.count"), Lead: p.T("office.cash.count_lead", "In", d.in.String(), "Out", d.out.String()), Form: &shortForm{Action: action, Button: p.T("office.cash.count_button"),
		Hidden: []fact{{"seen", d.seen()}}, Fields: []formField{start, field("counted", ""), {Name: "note", Label: p.T("office.cash_field.note"), Hint: p.T("office.cash.note_hint"), Value: q.FormValue("note"), Most: 200}}}}
}

// seen names what somebody counted against.
func (d drawer) seen() string {
	return number(d.in.Cents) + " " + number(d.out.Cents) + " " + strconv.Itoa(len(d.counts))
}

func (b *Backoffice) countsCard(p *recordPage, d drawer) card {
	one := card{Name: p.T("office.cash.counts"), Table: &table{Columns: []column{{p.T("office.when"), "when"}, {p.T("office.cash.expected"), "num"}, {p.T("office.cash_field.counted"), "num"}, {p.T("office.cash.difference"), "num"}, {Name: p.T("office.money.note")}, {Name: p.T("office.audit.who")}}}}
	for _, c := range d.counts {
		one.Table.add(cell{Text: b.when(&p.frame, c.At)}, cell{Text: c.Expected().String(), More: p.T("office.cash.sum", "Float", c.Float.String(), "In", c.In.String(), "Out", c.Out.String())}, cell{Text: c.Counted.String()}, cell{Text: signed(c.Difference())}, cell{Text: c.Note}, cell{Text: c.By})
	}
	return one
}

// mostMoves is how many movements a page of a drawer lists: the sums are of all.
const mostMoves = 300

// cashPlace is where a page of movements begins, as an address says it.
func (q *request) cashPlace() (at report.CashPlace) {
	ms, id, _ := strings.Cut(q.Query("after"), "-")
	if after := idIn(ms); after > 0 {
		at = report.CashPlace{At: time.UnixMilli(after).UTC(), ID: idIn(id)}
	}
	return at
}

// movesCard lists what was taken and given, each with whom it was about.
func (b *Backoffice) movesCard(q *request, p *recordPage, d drawer) error {
	one := card{Name: p.T("office.cash.moves"), Table: &table{Columns: []column{{p.T("office.when"), "when"}, {Name: p.T("office.account.what")}, {Name: p.T("office.invoice.customer")}, {Name: p.T("office.money.how")}, {p.T("office.amount"), "num"}}}}
	moves, err := b.Desk.CashOf(q.ctx, d.of(), q.cashPlace(), mostMoves+1)
	if err != nil {
		return err
	}
	if len(moves) > mostMoves {
		moves = moves[:mostMoves]
		last := moves[mostMoves-1]
		one.Lead = p.T("office.cash.moves_part", "Moves", mostMoves)
		one.Older = q.with("after", number(last.At.UnixMilli())+"-"+number(last.ID))
	}
	var ids []int64
	for _, m := range moves {
		if m.CustomerID != 0 {
			ids = append(ids, m.CustomerID)
		}
	}
	names, err := b.Invoices.Names(q.ctx, ids)
	if err != nil {
		return err
	}
	for _, m := range moves {
		what, who := cell{Text: p.T("office.cash.kind_" + m.Kind)}, cell{Text: names[m.CustomerID], Address: customerAddress(m.CustomerID)}
		switch {
		case m.ResellerID != 0:
			who = cell{Text: p.T("office.cash.reseller"), Address: q.reachable("/office/resellers/" + number(m.ResellerID))}
		case m.PartnerID != 0:
			who = cell{Text: p.T("office.cash.partner"), Address: q.reachable("/office/partners/" + number(m.PartnerID))}
		case m.CustomerID == 0:
			who = cell{}
		case m.Kind == accounts.Counter:
			what.Address = slipAddress(m.CustomerID, m.ID)
		}
		one.Table.add(cell{Text: b.when(&p.frame, m.At)}, what, who, cell{Text: howName(&p.frame, m.How), More: m.Reference}, cell{Text: signed(m.Amount)})
	}
	if len(moves) == 0 {
		one.Empty = &blank{Icon: "banknote", Title: p.T("office.cash.nothing"), Text: p.T("office.cash.nothing_text"), Address: cashierAt, Button: p.T("office.taking.act")}
	}
	p.add(one)
	return nil
}

// countCash writes down a count, of the cash that its form said had moved.
func (b *Backoffice) countCash(q *request) error {
	d, err := b.theDrawer(q)
	if err != nil {
		return err
	}
	c := counter.Count{Cashier: d.member.Email, Day: d.day, N: int64(len(d.counts)) + 1, In: d.in, Out: d.out, Note: q.said("note")}
	field := "float"
	c.Float, err = amountTyped(q.FormValue("float"))
	if err == nil {
		field = "counted"
		if c.Counted, err = amountTyped(q.FormValue("counted")); err == nil && q.said("counted") == "" {
			err = fault.New(fault.Invalid, "cash.counted")
		}
	}
	if err == nil && q.FormValue("seen") != d.seen() {
		field, err = "", fault.New(fault.Conflict, "cash.moved")
	}
	if err == nil {
		c, err = b.Counter.CountCash(q.ctx, c, q.counterBy())
	}
	if err != nil {
		p, failed := b.drawerPage(q, d)
		if failed != nil {
			return failed
		}
		if named := map[string]string{"cash.float": "float", "cash.counted": "counted", "cash.note": "note"}[fault.KeyOf(err)]; named != "" {
			field = named
		}
		return q.refuse(err, "record", p, field)
	}
	q.tell("good", "office.cash.done", "", "Amount", c.Counted.String(), "Difference", signed(c.Difference()))
	return led(q.OriginalURL())
}
