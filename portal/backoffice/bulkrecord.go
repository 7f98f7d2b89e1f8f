package backoffice

import (
	"slices"
	"strings"

	"mtandao/billing/customers"
	"mtandao/internal/bulk"
	"mtandao/internal/fault"
	"mtandao/internal/staff"
	"mtandao/internal/words"
)

func (b *Backoffice) bulkState(f *frame, r bulk.Run) stateView {
	if r.Cut(b.Clock.Now()) {
		return stateView{"bad", f.T("office.bulk.cut")}
	}
	return toned(f, "office.bulk.state_", r.State, map[bulk.State]string{bulk.Looking: "warn", bulk.Looked: "warn", bulk.Doing: "warn", bulk.Done: "good", bulk.Stopped: "bad"})
}

// bulkTitle is what a run does.
func bulkTitle(f *frame, r bulk.Run, plans map[string]string) string {
	if r.UndoOf != 0 {
		return f.T("office.bulk.undo_"+string(r.Kind), bulkSaid(r, plans)...)
	}
	return f.T("office.bulk.title_"+bulkWay(r), bulkSaid(r, plans)...)
}

// bulkRuns lists what somebody did to many, or everybody, for who may do it everywhere.
func (b *Backoffice) bulkRuns(q *request) error {
	member := q.in.Member.ID
	if q.may(staff.CustomersEdit, 0) && q.may(staff.AccessChange, 0) {
		member = 0
	}
	all, err := b.Bulk.Runs(q.ctx, member, q.before(), mostListed+1)
	if err != nil {
		return err
	}
	names, err := b.planNames(q)
	if err != nil {
		return err
	}
	p := q.listing("office.bulk.title", "customers")
	p.Lead = p.T("office.bulk.lead")
	p.Columns = []column{{Name: p.T("office.bulk.what")}, {Name: p.T("office.bulk.asked")}, {p.T("office.bulk.count"), "num"}, {p.T("office.bulk.done_n"), "num"}, {p.T("office.bulk.left_n"), "num"}, {Name: p.T("office.state")}}
	all, p.pager = newest(q, all, mostListed, func(r bulk.Run) int64 { return r.ID })
	for _, r := range all {
		left := cell{Text: many(r.Left)}
		if r.Failed > 0 {
			left.More = p.T("office.bulk.failed_n") + ": " + many(r.Failed)
		}
		p.add(cell{Text: bulkTitle(&p.frame, r, names), Address: bulkAddress(r.ID)}, cell{Text: r.By.Actor, More: b.when(&p.frame, r.AskedAt)}, cell{Text: many(r.Found)}, cell{Text: many(r.Done)}, left,
			stated(b.bulkState(&p.frame, r)))
	}
	p.Empty = blank{Icon: "users", Title: p.T("office.bulk.none"), Text: p.T("office.bulk.none_text"), Address: q.reachable("/office/customers"), Button: p.T("office.nav.customers")}
	return q.list(p)
}

// bulkRun is a run: what it would do, how far it is, or what became of each.
func (b *Backoffice) bulkRun(q *request) error {
	r, err := b.theBulk(q)
	if err != nil {
		return err
	}
	p, err := b.bulkPage(q, r)
	if err != nil {
		return err
	}
	q.follow(p, r.Moving())
	return q.show(p)
}

func (b *Backoffice) bulkPage(q *request, r bulk.Run) (*recordPage, error) {
	names, err := b.planNames(q)
	if err != nil {
		return nil, err
	}
	at := bulkPlace[r.Kind.Of()]
	p := q.record("office.bulk.title", at.nav)
	p.Crumbs = []crumb{{p.T("office.nav." + at.nav), at.address}, {p.Title, bulkAt}}
	p.Title, p.State = bulkTitle(&p.frame, r, names), b.bulkState(&p.frame, r)
	mine := r.By.Member == q.in.Member.ID
	p.Lead = p.T("office.bulk.lead_" + string(r.State))
	switch {
	case r.Cut(b.Clock.Now()):
		p.Lead = p.T("office.bulk.lead_cut")
	case r.State == bulk.Looked && r.Would == 0:
		p.Lead = p.T("office.bulk.lead_nothing")
	case r.State == bulk.Looked && !mine:
		p.Lead = p.T("office.bulk.lead_theirs", "By", r.By.Actor)
	}
	facts := b.bulkFacts(p, r)
	prices, err := b.priceFacts(q, &p.frame, r)
	if err != nil {
		return p, err
	}
	if facts, err = b.bulkActs(q, p, r, append(facts, prices...)); err != nil {
		return p, err
	}
	p.add(card{Facts: facts, Fill: bulkFill(&p.frame, r)})
	if r.Moving() {
		return p, nil
	}
	if r.State == bulk.Looked && r.Would > 0 && mine {
		p.add(bulkYes(q, &p.frame, r, names))
	}
	if err := b.causesCard(q, p, r); err != nil {
		return p, err
	}
	return p, b.itemsCard(q, p, r)
}

// bulkActs are what may be done with a run now; to the facts it adds who has taken it back.
func (b *Backoffice) bulkActs(q *request, p *recordPage, r bulk.Run, facts []fact) ([]fact, error) {
	if !r.Ended() {
		name := "office.bulk.stop"
		if r.State == bulk.Looked {
			name = "office.bulk.leave"
		}
		p.Acts = append(p.Acts, act{Name: p.T(name), Icon: "x", Address: bulkAddress(r.ID) + "/stop", Posted: true})
	}
	if r.UndoOf != 0 {
		switch _, err := b.Bulk.Run(q.ctx, r.UndoOf); {
		case err == nil:
			p.Acts = append(p.Acts, act{Name: p.T("office.bulk.first"), Icon: "history", Address: bulkAddress(r.UndoOf)})
		case !fault.Is(err, fault.NotFound): // else it is forgotten
			return facts, err
		}
	}
	if !r.Ended() || r.Done == 0 || !r.CanUndo() {
		return facts, nil
	}
	newest, err := b.Bulk.UndoneBy(q.ctx, r.ID)
	switch {
	case err == nil && newest.State != bulk.Stopped:
		p.Acts = append(p.Acts, act{Name: p.T("office.bulk.see_undo"), Icon: "undo-2", Address: bulkAddress(newest.ID)})
		if !newest.BeganAt.IsZero() {
			facts = append(facts, fact{p.T("office.bulk.undone"), newest.By.Actor + ", " + b.when(&p.frame, newest.BeganAt)})
		}
		return facts, nil
	case err == nil || fault.Is(err, fault.NotFound):
		p.Acts = append(p.Acts, act{Name: p.T("office.undo"), Icon: "undo-2", Address: bulkAddress(r.ID) + "/undo", Posted: true})
		return facts, nil
	}
	return facts, err
}

// bulkYes asks whether it is to be done, and why.
func bulkYes(q *request, f *frame, r bulk.Run, plans map[string]string) card {
	way := bulkWay(r)
	if r.UndoOf != 0 {
		way = "undo_" + way
	}
	c := card{Name: f.T("office.bulk.yes_"+way, append(bulkSaid(r, plans), "Count", r.Would)...), Lead: f.T("office.bulk.then_" + bulkWay(r)),
		Form: &shortForm{Action: bulkAddress(r.ID) + "/start", Button: f.T("office.bulk.button_"+string(r.Kind), "Count", r.Would)}}
	if r.NeedsReason() {
		c.Form.Fields = []formField{{Name: "reason", Label: f.T("office.line_field.reason"), Hint: f.T("office.bulk.reason_hint"), Value: q.typedOr("reason", ""), Most: 300, Must: true}}
	}
	return c
}

// bulkFill draws how far a run is.
func bulkFill(f *frame, r bulk.Run) *fill {
	if r.State != bulk.Doing {
		return nil
	}
	gone := r.Done + r.Skipped + r.Failed
	return &fill{Going: true, Percent: min(100, 100*gone/max(1, r.Would)), Text: f.T("office.bulk.gone_of", "Done", many(gone), "Of", many(r.Would))}
}

func (b *Backoffice) bulkFacts(p *recordPage, r bulk.Run) []fact {
	facts := []fact{{p.T("office.bulk.found_n"), many(r.Found)}}
	if r.BeganAt.IsZero() {
		facts = append(facts, fact{p.T("office.bulk.would_n"), many(r.Would)}, fact{p.T("office.bulk.left_n"), many(r.Left)})
	} else {
		facts = append(facts, fact{p.T("office.bulk.done_n"), many(r.Done)}, fact{p.T("office.bulk.left_n"), many(r.Left)}, fact{p.T("office.bulk.failed_n"), many(r.Failed)})
	}
	if r.Priced > 0 {
		facts = append(facts, fact{p.T("office.bulk.money_" + string(r.Kind)), p.T("office.bulk.a_day", "Amount", kes(r.Cents), "Count", r.Priced)})
	}
	if r.More {
		facts = append(facts, fact{p.T("office.bulk.more"), p.T("office.bulk.more_text", "Most", many(bulk.Most))})
	}
	facts = append(facts, fact{p.T("office.line_field.reason"), r.Reason}, fact{p.T("office.bulk.asked"), r.By.Actor + ", " + b.when(&p.frame, r.AskedAt)})
	switch {
	case !r.EndedAt.IsZero():
		facts = append(facts, fact{p.T("office.bulk.ended"), b.when(&p.frame, r.EndedAt)})
		if !r.BeganAt.IsZero() {
			kept := "office.bulk.kept_only"
			if r.Done > 0 && r.CanUndo() {
				kept = "office.bulk.kept_text"
			}
			facts = append(facts, fact{p.T("office.bulk.kept"), p.T(kept, "When", b.when(&p.frame, b.Bulk.KeptUntil(r)))})
		}
	case r.Moving():
		facts = append(facts, fact{p.T("office.bulk.heard"), b.when(&p.frame, r.HeardAt)})
	}
	if r.Cuts > 0 {
		facts = append(facts, fact{p.T("office.bulk.cuts"), p.T("office.bulk.cuts_text", "Count", r.Cuts)})
	}
	if r.Trouble != nil {
		facts = append(facts, fact{p.T("office.bulk.trouble"), words.Fault(p.Lang, r.Trouble)})
	}
	return facts
}

// causesCard says of how many why they are left, or failed.
func (b *Backoffice) causesCard(q *request, p *recordPage, r bulk.Run) error {
	t := &table{Columns: []column{{Name: p.T("office.bulk.why")}, {p.T("office.bulk.count"), "num"}}}
	for _, fate := range []bulk.Fate{bulk.Left, bulk.Failed} {
		all, err := b.Bulk.Causes(q.ctx, r.ID, fate)
		if err != nil {
			return err
		}
		for _, c := range all {
			why := cell{Text: words.Fault(p.Lang, c.Why)}
			if c.Varies {
				why.More = p.T("office.bulk.for_example")
			}
			t.add(why, cell{Text: many(c.Count)})
		}
	}
	if len(t.Rows) > 0 {
		p.add(card{Name: p.T("office.bulk.causes"), Table: t})
	}
	return nil
}

// itemsCard lists the objects of a run with what becomes of each; those of one fate when the address names it.
func (b *Backoffice) itemsCard(q *request, p *recordPage, r bulk.Run) error {
	fate := bulk.Fate(q.Query("fate"))
	if fate != "" && !slices.Contains(bulk.Fates, fate) {
		return notHere()
	}
	waits := r.Would - r.Done - r.Skipped - r.Failed
	chips := []choice{{Name: p.T("office.bulk.all")}}
	for n, f := range bulk.Fates {
		if count := []int64{waits, r.Done, r.Left, r.Failed}[n]; count > 0 {
			chips = append(chips, choice{Name: p.T("office.bulk.fate_"+string(f)) + " " + many(count), Value: string(f)})
		}
	}
	if len(chips) > 2 || fate != "" {
		p.Chips = [][]chip{q.chips("fate", chips)}
	}
	key, after, _ := strings.Cut(q.Query("after"), " ")
	all, err := b.Bulk.Items(q.ctx, r.ID, fate, bulk.Place{Why: key, ID: idIn(after)}, mostRows+1)
	if err != nil {
		return err
	}
	one := card{Name: p.T("office.bulk.each")}
	if len(all) > mostRows {
		all = all[:mostRows]
		last := all[mostRows-1]
		if key = ""; last.Why != nil {
			key = fault.KeyOf(last.Why)
		}
		one.Older = q.with("after", key+" "+number(last.ID))
	}
	one.Table, err = b.itemTable(q, &p.frame, r, all)
	if len(all) == 0 {
		one.Table, one.Empty = nil, &blank{Icon: "search", Title: p.T("office.bulk.nobody"), Text: p.T("office.bulk.nobody_text")}
	}
	p.add(one)
	return err
}

// itemTable names each object; what is at a site that somebody may not see is not named.
func (b *Backoffice) itemTable(q *request, f *frame, r bulk.Run, all []bulk.Item) (*table, error) {
	ids := make([]int64, len(all))
	for n, one := range all {
		ids[n] = one.ID
	}
	name := map[int64][3]cell{}
	if r.Kind.Of() == bulk.Customers {
		who, err := b.Customers.SomeNow(q.ctx, ids)
		if err != nil {
			return nil, err
		}
		for id, c := range who {
			if q.may(staff.CustomersView, c.SiteID) {
				name[id] = [3]cell{{Text: c.Name, Address: customerAddress(id)}, {Text: customers.Grouped(c.Number)}, {Text: b.siteName(c.SiteID)}}
			}
		}
	} else {
		lines, who, err := b.lineNames(q, ids)
		if err != nil {
			return nil, err
		}
		for id, sub := range lines {
			if site := sub.State.Place.SiteID; q.may(staff.AccessView, site) {
				name[id] = [3]cell{{Text: sub.State.Login.Name, Address: lineAt(id)}, {Text: who[sub.CustomerID].Name}, {Text: b.siteName(site)}}
			}
		}
	}
	first, second := f.T("office.customer_field.name"), f.T("office.customer_field.number")
	if r.Kind.Of() == bulk.Lines {
		first, second = f.T("office.line.login"), f.T("office.line.customer")
	}
	t := &table{Columns: []column{{Name: first}, {Name: second}, {Name: f.T("office.site")}}}
	if r.Kind == bulk.Replan {
		t.Columns = append(t.Columns, column{f.T("office.bulk.price"), "num"})
	}
	t.Columns = append(t.Columns, column{Name: f.T("office.bulk.fate")})
	for _, one := range all {
		fate := stated(toned(f, "office.bulk.fate_", one.Fate, map[bulk.Fate]string{bulk.Changed: "good", bulk.Failed: "bad"}))
		if one.Why != nil {
			fate.More = words.Fault(f.Lang, one.Why)
		}
		is, known := name[one.ID]
		if !known {
			is[0].Text = f.T("office.bulk.unnamed")
		}
		row := append(is[:], fate)
		if r.Kind == bulk.Replan {
			price := cell{}
			if known {
				price = priceCell(f, one.Price)
			}
			row = slices.Insert(row, len(is), price)
		}
		t.add(row...)
	}
	return t, nil
}
