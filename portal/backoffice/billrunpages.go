package backoffice

import (
	"context"

	"mtandao/billing/billdesk"
	"mtandao/internal/clock"
	"mtandao/internal/fault"
	"mtandao/internal/seal"
	"mtandao/internal/staff"
	"mtandao/internal/words"
)

// BillRuns are previews and bill runs that somebody asks for. *billdesk.Service satisfies it.
type BillRuns interface {
	Look(ctx context.Context, asOf clock.Day, request string, by billdesk.By) (billdesk.Run, error)
	Start(ctx context.Context, previewID int64, request string, by billdesk.By) (billdesk.Run, error)
	Stop(ctx context.Context, id int64, by billdesk.By) error
	Run(ctx context.Context, id int64) (billdesk.Run, error)
	Runs(ctx context.Context, k billdesk.Kind, before int64, limit int) ([]billdesk.Run, error)
	Documents(ctx context.Context, runID int64, f billdesk.Fate, after int64, limit int) ([]billdesk.Document, error)
	Parts(ctx context.Context, runID, document, after int64, limit int) ([]billdesk.Part, error)
}

const billRunsAt = "/office/billruns"

func (b *Backoffice) billRunRoutes() []route {
	const one = billRunsAt + "/:id"
	return []route{
		{get, billRunsAt, everywhere, staff.PaymentsView, b.billRuns},
		{get, billRunsAt + "/new", everywhere, staff.BillingRun, b.askBillPreview}, {post, billRunsAt + "/new", everywhere, staff.BillingRun, b.lookAtBills},
		{get, one, everywhere, staff.PaymentsView, b.billRun},
		{get, one + "/start", everywhere, staff.BillingRun, b.askStartBills}, {post, one + "/start", everywhere, staff.BillingRun, b.startBills},
		{get, one + "/stop", everywhere, staff.BillingRun, b.askStopBills}, {post, one + "/stop", everywhere, staff.BillingRun, b.stopBills},
	}
}

func billRunAddress(id int64) string { return billRunsAt + "/" + number(id) }

func (q *request) billRunBy() billdesk.By {
	return billdesk.By{Actor: q.in.Member.Email, From: q.in.By(q.visit()).From, Member: q.in.Member.ID}
}

func billRunCrumbs(f *frame) []crumb {
	return []crumb{{f.T("office.nav.invoices"), "/office/invoices"}, {f.T("office.billrun.title"), billRunsAt}}
}

func (b *Backoffice) billRunState(f *frame, r billdesk.Run) stateView {
	if r.Cut(b.Clock.Now()) {
		return stateView{"bad", f.T("office.billrun.cut")}
	}
	return toned(f, "office.billrun.state_", string(r.State), map[string]string{string(billdesk.Asked): "warn", string(billdesk.Drafting): "warn", string(billdesk.Issuing): "warn", string(billdesk.Done): "good", string(billdesk.Failed): "bad"})
}

// billRuns lists the bill runs, or the previews.
func (b *Backoffice) billRuns(q *request) error {
	kind := billdesk.Billing
	if typed := q.Query("kind"); typed != "" {
		if kind = billdesk.Kind(typed); kind != billdesk.Preview {
			return notHere()
		}
	}
	all, err := b.BillRuns.Runs(q.ctx, kind, q.before(), mostListed+1)
	if err != nil {
		return err
	}
	p := q.listing("office.billrun.title", "invoices")
	p.Crumbs, p.Lead = billRunCrumbs(&p.frame)[:1], p.T("office.billrun.lead")
	if q.reachable(billRunsAt+"/new") != "" {
		p.Acts = []act{{Name: p.T("office.billrun.look"), Icon: "search", Address: billRunsAt + "/new", Tone: "primary"}}
	}
	p.Chips = [][]chip{q.chips("kind", []choice{{Name: p.T("office.billrun.kind_billing")}, {Name: p.T("office.billrun.kind_preview"), Value: string(billdesk.Preview)}})}
	p.Columns = []column{{Name: p.T("office.billrun.as_of")}, {Name: p.T("office.billrun.asked")}, {p.T("office.billrun.drafts"), "num"}, {p.T("office.billrun.issued"), "num"}, {p.T("office.billrun.parked"), "num"}, {Name: p.T("office.state")}}
	all, p.pager = newest(q, all, mostListed, func(r billdesk.Run) int64 { return r.ID })
	for _, r := range all {
		p.add(cell{Text: words.DateOf(p.Lang, r.AsOf), Address: billRunAddress(r.ID)}, cell{Text: r.By.Actor, More: b.when(&p.frame, r.AskedAt)}, cell{Text: many(r.Drafts)}, cell{Text: many(r.Issued)}, cell{Text: many(r.Parked)}, stated(b.billRunState(&p.frame, r)))
	}
	p.Empty = blank{Icon: "list", Title: p.T("office.billrun.none"), Text: p.T("office.billrun.none_text"), Address: q.reachable(billRunsAt + "/new"), Button: p.T("office.billrun.look")}
	return q.list(p)
}

// previewForm asks for the day of a preview.
func (b *Backoffice) previewForm(q *request) *formPage {
	p := q.asking("office.billrun_new.", "invoices", billRunsAt)
	p.Crumbs, p.Danger, p.Hidden = billRunCrumbs(&p.frame), false, q.onceOf()
	p.ask(formField{Name: "as_of", As: asDay, Label: p.T("office.billrun.as_of"), Hint: p.T("office.billrun_new.hint"), Value: q.typedOr("as_of", clock.DayOf(b.PlanClock.Now()).String()), Must: true})
	return p
}

func (b *Backoffice) askBillPreview(q *request) error { return q.showForm(b.previewForm(q)) }

func (b *Backoffice) lookAtBills(q *request) error {
	day, _ := clock.ParseDay(q.FormValue("as_of")) // what is no day is none that may be asked for
	r, err := b.BillRuns.Look(q.ctx, day, q.FormValue("once"), q.billRunBy())
	switch {
	case err == nil:
		return led(billRunAddress(r.ID))
	case fault.KeyOf(err) == "bill_run.day":
		return q.refuse(err, "form", b.previewForm(q), "as_of")
	}
	return q.refusal(err, billRunsAt)
}

func (b *Backoffice) theBillRun(q *request) (billdesk.Run, error) {
	id, err := q.idOf("id")
	if err != nil {
		return billdesk.Run{}, err
	}
	r, err := b.BillRuns.Run(q.ctx, id)
	return r, hidden(err)
}

// askStartBills says what would be billed, before it is.
func (b *Backoffice) askStartBills(q *request) error {
	r, err := b.theBillRun(q)
	if err != nil {
		return err
	}
	if !b.startable(r) {
		return led(billRunAddress(r.ID))
	}
	p := q.asking("office.billrun_start.", "invoices", billRunAddress(r.ID), "Day", words.DateOf(q.lang(), r.AsOf), "Count", r.Drafts, "Amount", kes(r.Cents))
	p.Crumbs, p.Danger, p.Hidden = billRunCrumbs(&p.frame), false, []fact{{"once", seal.RandomHex(8)}}
	p.Facts = []fact{{p.T("office.billrun.drafts"), many(r.Drafts) + ", " + kes(r.Cents)}, {p.T("office.billrun.nothing"), many(r.Nothing)}, {p.T("office.billrun.parked"), many(r.Parked)}}
	return q.showForm(p)
}

// startable: what was looked at can be billed once its day has come.
func (b *Backoffice) startable(r billdesk.Run) bool {
	return r.Kind == billdesk.Preview && r.State == billdesk.Done && r.AsOf <= clock.DayOf(b.PlanClock.Now())
}

func (b *Backoffice) startBills(q *request) error {
	id, err := q.idOf("id")
	if err != nil {
		return err
	}
	r, err := b.BillRuns.Start(q.ctx, id, q.FormValue("once"), q.billRunBy())
	if err != nil {
		return q.refusal(hidden(err), billRunAddress(id))
	}
	return led(billRunAddress(r.ID))
}

func (b *Backoffice) askStopBills(q *request) error {
	r, err := b.theBillRun(q)
	if err != nil {
		return err
	}
	if !stoppable(r) {
		return led(billRunAddress(r.ID))
	}
	p := q.asking("office.billrun_stop.", "invoices", billRunAddress(r.ID), "Day", words.DateOf(q.lang(), r.AsOf))
	p.Crumbs = billRunCrumbs(&p.frame)
	return q.showForm(p)
}

// stoppable: what is being issued comes to its end.
func stoppable(r billdesk.Run) bool {
	return r.State == billdesk.Asked || r.State == billdesk.Drafting
}

func (b *Backoffice) stopBills(q *request) error {
	id, err := q.idOf("id")
	if err != nil {
		return err
	}
	if err := b.BillRuns.Stop(q.ctx, id, q.billRunBy()); err != nil {
		return q.refusal(err, billRunAddress(id))
	}
	q.tell("good", "office.billrun_stop.done", "")
	return led(billRunAddress(id))
}
