package backoffice

import (
	"slices"

	"mtandao/billing/billdesk"
	"mtandao/billing/invoices"
	"mtandao/internal/staff"
	"mtandao/internal/words"
)

// billRun is a preview or a bill run: how far it is, what it would do or did, and what somebody has to look at.
func (b *Backoffice) billRun(q *request) error {
	r, err := b.theBillRun(q)
	if err != nil {
		return err
	}
	p := q.record("office.billrun.title", "invoices")
	p.Title, p.State, p.Crumbs = p.T("office.billrun.of_"+string(r.Kind), "Day", words.DateOf(p.Lang, r.AsOf)), b.billRunState(&p.frame, r), billRunCrumbs(&p.frame)
	p.Lead = p.T("office.billrun.lead_" + string(r.Kind) + "_" + string(r.State))
	switch {
	case r.Cut(b.Clock.Now()):
		p.Lead = p.T("office.billrun.lead_cut")
	case r.Kind == billdesk.Preview && r.State == billdesk.Done && !b.startable(r):
		p.Lead = p.T("office.billrun.lead_ahead")
	}
	may := q.may(staff.BillingRun, 0)
	switch {
	case may && stoppable(r):
		p.Acts = append(p.Acts, act{Name: p.T("office.billrun_stop.button"), Icon: "x", Address: billRunAddress(r.ID) + "/stop"})
	case may && b.startable(r):
		p.Acts = append(p.Acts, act{Name: p.T("office.billrun_start.act"), Icon: "check", Address: billRunAddress(r.ID) + "/start", Tone: "primary"})
	}
	if may && !r.Moving() {
		p.Acts = append(p.Acts, act{Name: p.T("office.billrun.again"), Icon: "search", Address: billRunsAt + "/new"})
	}
	p.add(card{Facts: b.billRunFacts(p, r), Fill: billRunFill(&p.frame, r)})
	switch {
	case r.Moving():
	case r.Kind == billdesk.Preview && q.Query("bill") != "":
		err = b.previewedBill(q, p, r)
	case r.Kind == billdesk.Preview:
		err = b.previewCard(q, p, r)
	default:
		err = b.afterCards(q, p)
	}
	if err != nil {
		return err
	}
	q.follow(p, r.Moving())
	return q.show(p)
}

// billRunFill draws how far a run is, by what its preview named.
func billRunFill(f *frame, r billdesk.Run) *fill {
	switch {
	case !r.Moving() || r.Kind == billdesk.Preview:
		return nil
	case r.State == billdesk.Issuing:
		return &fill{Going: true, Percent: min(100, 100*r.Issued/max(1, r.Drafts)), Text: f.T("office.billrun.issued_of", "Done", many(r.Issued), "Of", many(r.Drafts))}
	}
	return &fill{Going: true, Percent: min(100, 100*(r.Drafts+r.Nothing)/max(1, r.Due)), Text: f.T("office.billrun.drafted_of", "Done", many(r.Drafts+r.Nothing), "Of", many(r.Due))}
}

func (b *Backoffice) billRunFacts(p *recordPage, r billdesk.Run) []fact {
	drafts := many(r.Drafts)
	if r.Kind == billdesk.Preview {
		drafts += ", " + kes(r.Cents)
	}
	facts := []fact{{p.T("office.billrun.as_of"), words.DateOf(p.Lang, r.AsOf)}, {p.T("office.billrun.drafts_" + string(r.Kind)), drafts}, {p.T("office.billrun.nothing"), many(r.Nothing)}, {p.T("office.billrun.parked"), many(r.Parked)}}
	if r.Kind == billdesk.Billing {
		facts = append(facts, fact{p.T("office.billrun.issued"), many(r.Issued)})
	}
	facts = append(facts, fact{p.T("office.billrun.asked"), r.By.Actor + ", " + b.when(&p.frame, r.AskedAt)})
	switch {
	case !r.EndedAt.IsZero():
		facts = append(facts, fact{p.T("office.billrun.ended"), b.when(&p.frame, r.EndedAt)})
	case r.Moving():
		facts = append(facts, fact{p.T("office.billrun.heard"), b.when(&p.frame, r.HeardAt)})
	}
	if r.Cuts > 0 {
		facts = append(facts, fact{p.T("office.billrun.cuts"), p.T("office.billrun.cuts_text", "Count", r.Cuts)})
	}
	if r.Reason != nil {
		facts = append(facts, fact{p.T("office.billrun.reason"), words.Fault(p.Lang, r.Reason)})
	}
	return facts
}

// previewCard lists the documents that a run would make, of one fate when the address names it.
func (b *Backoffice) previewCard(q *request, p *recordPage, r billdesk.Run) error {
	fate := billdesk.Fate(q.Query("fate"))
	if fate != "" && !slices.Contains(billdesk.Fates, fate) {
		return notHere()
	}
	chips := []choice{{Name: p.T("office.billrun.all")}}
	for n, f := range billdesk.Fates {
		if count := []int64{r.Drafts, r.Nothing, r.Parked}[n]; count > 0 {
			chips = append(chips, choice{Name: p.T("office.billrun.fate_"+string(f)) + " " + many(count), Value: string(f)})
		}
	}
	if len(chips) > 2 || fate != "" {
		p.Chips = [][]chip{q.chips("fate", chips)}
	}
	all, err := b.BillRuns.Documents(q.ctx, r.ID, fate, idIn(q.Query("after")), mostRows+1)
	if err != nil {
		return err
	}
	one := card{Name: p.T("office.billrun.documents"), Table: &table{Columns: []column{{Name: p.T("office.invoice.customer")}, {p.T("office.invoice.period"), "when"}, {p.T("office.account.what"), "says"}, {p.T("office.amount"), "num"}, {Name: p.T("office.state")}}}}
	if len(all) > mostRows {
		all = all[:mostRows]
		one.Older = q.with("after", number(all[mostRows-1].N))
	}
	var ids []int64
	for _, d := range all {
		ids = append(ids, d.CustomerID)
	}
	names, err := b.Invoices.Names(q.ctx, ids)
	if err != nil {
		return err
	}
	for _, d := range all {
		period, what := cell{Text: span(p.Lang, invoices.Period{From: d.From, Until: d.Until})}, documentCell(&p.frame, d.Lines, d.Reason)
		if d.PartCount > 0 {
			what = billOfPartsCell(&p.frame, d, billRunAddress(r.ID)+"?bill="+number(d.N))
		} else {
			period.Address = q.reachable(lineAt(d.SubscriptionID))
		}
		one.Table.add(cell{Text: names[d.CustomerID], Address: q.reachable(customerAddress(d.CustomerID))}, period,
			what, cell{Text: kes(d.Cents)}, stated(toned(&p.frame, "office.billrun.fate_", string(d.Fate), map[string]string{string(billdesk.Billed): "good", string(billdesk.Parked): "bad"})))
	}
	if len(all) == 0 {
		one.Table, one.Empty = nil, &blank{Icon: "circle-check", Title: p.T("office.billrun.nobody"), Text: p.T("office.billrun.nobody_text", "Day", words.DateOf(p.Lang, r.AsOf)), Address: "/office/invoices", Button: p.T("office.nav.invoices")}
	}
	p.add(one)
	return nil
}

// documentCell says what a document is for: its first line, and how many there are more; or why it cannot be made.
func documentCell(f *frame, lines []billdesk.Line, reason error) cell {
	said := func(l billdesk.Line) string {
		if f.Lang == words.Swahili {
			return l.Swahili
		}
		return l.English
	}
	switch {
	case reason != nil:
		return cell{Text: words.Fault(f.Lang, reason)}
	case len(lines) == 0:
		return cell{Text: f.T("office.billrun.no_lines")}
	}
	c := cell{Text: said(lines[0])}
	for n, l := range lines[1:] {
		if n == mostLinesSaid {
			c.Facts = append(c.Facts, f.T("office.billrun.more_lines", "Count", len(lines)-1-n))
			break
		}
		c.Facts = append(c.Facts, said(l)+": "+kes(l.Cents))
	}
	return c
}

// mostLinesSaid is how many lines of a document are told beside its first.
const mostLinesSaid = 6

// afterCards list what a run left to somebody: drafts to be looked at, and what could not be billed.
func (b *Backoffice) afterCards(q *request, p *recordPage) error {
	for _, state := range []string{invoices.Review, invoices.Parked} {
		all, err := b.Invoices.Newest(q.ctx, invoices.Filter{State: state}, 0, mostRows+1)
		if err != nil {
			return err
		}
		if len(all) == 0 {
			continue
		}
		var ids []int64
		for _, d := range all {
			ids = append(ids, d.CustomerID)
		}
		names, err := b.Invoices.Names(q.ctx, ids)
		if err != nil {
			return err
		}
		one := card{Name: p.T("office.billrun.left_" + state), Lead: p.T("office.billrun.left_" + state + "_text"), Table: &table{Columns: []column{{Name: p.T("office.invoice.customer")}, {p.T("office.invoice.period"), "when"}, {p.T("office.invoice.total"), "num"}, {Name: p.T("office.billrun.why")}}}}
		if len(all) > mostRows {
			all, one.Older = all[:mostRows], "/office/invoices?state="+state
		}
		for _, d := range all {
			at := "/office/invoices/" + number(d.ID)
			last := cell{Text: d.Why, Acts: []act{{Name: p.T("office.invoice.retry"), Address: at + "/retry", Posted: true}}}
			if state == invoices.Review {
				last = cell{Acts: []act{{Name: p.T("office.invoice_approve.button"), Address: at + "/approve"}}}
			}
			if !q.may(staff.PaymentsMatch, 0) {
				last.Acts = nil
			}
			one.Table.add(cell{Text: names[d.CustomerID], Address: at, More: b.invoiceKind(&p.frame, d)}, cell{Text: span(p.Lang, d.Period)}, cell{Text: kes(d.Gross)}, last)
		}
		p.add(one)
	}
	return nil
}
