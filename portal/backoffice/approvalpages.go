package backoffice

import (
	"context"
	"slices"
	"strings"

	"mtandao/billing/partners"
	"mtandao/internal/approval"
	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/internal/staff"
	"mtandao/vouchers/resellers"
)

// Approvals is what the pages ask about changes that need a second person; all is recorded in the audit trail. *approval.Service satisfies it.
type Approvals interface {
	Get(ctx context.Context, id int64) (approval.Ask, error)
	Of(ctx context.Context, object string, objectID int64, limit int) ([]approval.Ask, error)
	Open(ctx context.Context, limit int) ([]approval.Ask, error)
	Decide(ctx context.Context, id int64, approve bool, verdict string, by approval.By) (approval.Ask, error)
	Cancel(ctx context.Context, id int64, by approval.By) (approval.Ask, error)
	Lone(ctx context.Context, member int64, sites []int64) (bool, error)
}

func (b *Backoffice) approvalRoutes() []route {
	const at = "/office/approvals/:id"
	return []route{{get, "/office/approvals", full, staff.VouchersView, b.approvals},
		{get, at + "/decide", full, staff.PaymentsApprove, b.askDecideApproval}, {post, at + "/decide", full, staff.PaymentsApprove, b.decideApproval},
		{post, at + "/cancel", full, staff.VouchersView, b.cancelApproval}}
}

// approvalBy is who asks and decides; whether they proved lately that it is they counts where nobody else may decide.
func (q *request) approvalBy() approval.By {
	by := q.voucherBy()
	return approval.By{Member: q.in.Member, Actor: by.Actor, From: by.From, Proven: q.in.ProvenLately(q.office.Clock.Now())}
}

// mayApproval: who may see what it is about, or decide it.
func (q *request) mayApproval(a approval.Ask) bool {
	if len(a.Sites) == 0 {
		return q.may(staff.VouchersView, 0)
	}
	return slices.ContainsFunc(a.Sites, func(id int64) bool { return q.may(staff.VouchersView, id) })
}

// mayDecide: who may decide what a member asked for at some sites, of none at all of them; their own only while nobody else may.
func (q *request) mayDecide(askedBy int64, sites []int64) (bool, error) {
	may := approval.Ask{Sites: sites}.May(q.in.Member)
	if !may || askedBy != q.in.Member.ID {
		return may, nil
	}
	return q.office.Approvals.Lone(q.ctx, askedBy, sites)
}

// tellAsked says on the next page who is to approve what was asked for.
func (q *request) tellAsked(amount money.Amount, sites []int64) error {
	alone, err := q.mayDecide(q.in.Member.ID, sites)
	text := "office.refund.told_asked"
	if alone {
		text = "office.refund.told_asked_alone"
	}
	q.tell("good", text, "", "Amount", amount.String())
	return err
}

// tellAlone says to who decides what they asked for themself that they are alone.
func (q *request) tellAlone(p *formPage, askedBy int64) {
	if askedBy == q.in.Member.ID {
		p.Lead += " " + p.T("office.approval_decide.alone")
	}
}

// decided is a state, and whether one person alone came to it.
func decided(f *frame, state stateView, alone bool) cell {
	c := stated(state)
	if alone {
		c.More = f.T("office.refund.alone")
	}
	return c
}

func approvalState(f *frame, s approval.State) stateView {
	return toned(f, "office.approval.state_", s, map[approval.State]string{approval.Asked: "warn", approval.Approved: "good", approval.Refused: "bad"})
}

// approvalAbout is what a change is about: its name and its page.
func (b *Backoffice) approvalAbout(q *request, a approval.Ask) (name, address string, err error) {
	if a.Object == "partner" {
		one, err := b.Partners.Get(q.ctx, a.ObjectID)
		return one.Name, "/office/partners/" + number(a.ObjectID), err
	}
	r, err := b.Resellers.Get(q.ctx, a.ObjectID)
	return r.Name, "/office/resellers/" + number(a.ObjectID), err
}

func approvalKind(f *frame, a approval.Ask) string {
	return f.T("office.approval.kind_" + strings.ReplaceAll(a.Kind, " ", "_"))
}

// approvalChange spells what is to become of what; of cash there is nothing before.
func (b *Backoffice) approvalChange(f *frame, a approval.Ask) string {
	if a.Kind == resellers.AskFloat || a.Kind == resellers.AskSettlement {
		return a.Wanted
	}
	was, wanted := a.Was, a.Wanted
	switch a.Kind {
	case resellers.AskCommission:
		was, wanted = commissionText(f, was), commissionText(f, wanted)
	case partners.AskSites:
		was, wanted = b.siteNamesIn(was), b.siteNamesIn(wanted)
	}
	return was + " → " + wanted
}

// siteNamesIn are the names of sites by their ids.
func (b *Backoffice) siteNamesIn(ids string) string {
	var names []string
	for id := range strings.FieldsSeq(ids) {
		names = append(names, b.siteName(idIn(id)))
	}
	return strings.Join(names, ", ")
}

// approvalColumns are the columns of changes, and approvalCells those of one, without whom it is about.
func approvalColumns(f *frame) []column {
	return []column{{f.T("office.when"), "when"}, {f.T("office.approval.what"), ""}, {f.T("office.approval.change"), ""}, {f.T("office.state"), ""}, {}}
}

func (b *Backoffice) approvalCells(q *request, f *frame, a approval.Ask) []cell {
	var last cell
	state := cell{State: approvalState(f, a.State)}
	at := "/office/approvals/" + number(a.ID)
	switch {
	case a.Waiting(b.Clock.Now()):
		if a.May(q.in.Member) {
			last.Acts = append(last.Acts, act{Name: f.T("office.refund.decide"), Address: at + "/decide"})
		}
		if a.AskedBy == q.in.Member.ID {
			last.Acts = append(last.Acts, act{Name: f.T("office.approval.cancel"), Address: at + "/cancel", Posted: true})
		}
		state.More = f.T("office.approval.until", "When", b.when(f, a.LapsesAt))
	case a.Alone:
		state.More = f.T("office.approval.alone", "Who", a.Decider)
	case a.State == approval.Approved || a.State == approval.Refused:
		state.More = joined(a.Decider, a.Verdict)
	}
	return []cell{{Text: b.when(f, a.AskedAt), More: a.Asker}, {Text: approvalKind(f, a), More: a.Reason}, {Text: b.approvalChange(f, a)}, state, last}
}

// approvals lists what waits for a second person.
func (b *Backoffice) approvals(q *request) error {
	p := q.listing("office.approval.title", "resellers")
	p.Lead = p.T("office.approval.lead")
	p.Empty = blank{Icon: "circle-check", Title: p.T("office.approval.none"), Text: p.T("office.approval.none_text")}
	p.Columns = append([]column{{Name: p.T("office.reseller.name")}}, approvalColumns(&p.frame)...)
	all, err := b.Approvals.Open(q.ctx, mostRows)
	if err != nil {
		return err
	}
	for _, a := range all {
		if !q.mayApproval(a) {
			continue
		}
		name, address, err := b.approvalAbout(q, a)
		if err != nil {
			return err
		}
		p.add(append([]cell{{Text: name, Address: address}}, b.approvalCells(q, &p.frame, a)...)...)
	}
	return q.list(p)
}

const fewApprovals = 5

// approvalsCard lists what waits for a second person about one thing, and what was decided of late.
func (b *Backoffice) approvalsCard(q *request, p *recordPage, object string, id int64) error {
	all, err := b.Approvals.Of(q.ctx, object, id, fewApprovals)
	if err != nil || len(all) == 0 {
		return err
	}
	c := card{Name: p.T("office.approval.card"), Table: &table{Columns: approvalColumns(&p.frame)}}
	for _, a := range all {
		if a.State == approval.Asked {
			c.Lead = p.T("office.approval.card_lead")
		}
		c.Table.add(b.approvalCells(q, &p.frame, a)...)
	}
	p.add(c)
	return nil
}

// tellApprovals says on the next page that something waits.
func (q *request) tellApprovals(waiting []approval.Ask) {
	if len(waiting) > 0 {
		q.tell("warn", "office.approval.told_waits", "")
	}
}

// theApproval is the change of an address, for somebody who may see it.
func (b *Backoffice) theApproval(q *request) (a approval.Ask, name, back string, err error) {
	id, err := q.idOf("id")
	if err == nil {
		a, err = b.Approvals.Get(q.ctx, id)
	}
	if err == nil && !q.mayApproval(a) {
		err = notHere()
	}
	if err == nil {
		name, back, err = b.approvalAbout(q, a)
	}
	return a, name, back, hidden(err)
}

func (b *Backoffice) decideForm(q *request, a approval.Ask, name, back string) *formPage {
	p := q.asking("office.approval_decide.", "resellers", back, "Name", name)
	p.Danger = false
	p.Crumbs = []crumb{{p.T("office.approval.title"), "/office/approvals"}, {name, back}}
	p.Facts = []fact{{p.T("office.approval.what"), approvalKind(&p.frame, a)}, {p.T("office.approval.change"), b.approvalChange(&p.frame, a)}, {p.T("office.approval.asker"), a.Asker},
		{p.T("office.when"), b.when(&p.frame, a.AskedAt)}, {p.T("office.approval.lapses"), b.when(&p.frame, a.LapsesAt)}}
	if a.Reason != "" {
		p.Facts = append(p.Facts, fact{p.T("office.extend.reason"), a.Reason})
	}
	if a.AskedBy == q.in.Member.ID {
		p.Lead = p.T("office.approval_decide.alone")
	}
	how := []choice{{Name: p.T("office.refund_decide.yes"), Value: "yes"}, {Name: p.T("office.approval_decide.no"), Value: "no"}}
	p.ask(formField{Name: "how", As: asRadio, Label: p.T("office.refund_decide.which"), Must: true, Choices: chosen(how, q.FormValue("how"))},
		formField{Name: "verdict", Label: p.T("office.approval_decide.verdict"), Hint: p.T("office.approval_decide.verdict_hint"), Value: q.FormValue("verdict"), Most: 200})
	return p
}

// toDecide is the change of an address, for who has proved lately that it is they.
func (b *Backoffice) toDecide(q *request) (a approval.Ask, name, back string, err error) {
	if a, name, back, err = b.theApproval(q); err == nil {
		err = q.proven()
	}
	return a, name, back, err
}

func (b *Backoffice) askDecideApproval(q *request) error {
	a, name, back, err := b.toDecide(q)
	if err != nil {
		return err
	}
	if !a.Waiting(b.Clock.Now()) {
		q.tell("warn", "approval.decided", "")
		return led(back)
	}
	return q.showForm(b.decideForm(q, a, name, back))
}

func (b *Backoffice) decideApproval(q *request) error {
	a, name, back, err := b.toDecide(q)
	if err != nil {
		return err
	}
	how := q.FormValue("how")
	if how != "yes" && how != "no" {
		return led("/office/approvals/" + number(a.ID) + "/decide")
	}
	by := q.approvalBy()
	by.Proven = true // toDecide has seen to it
	a, err = b.Approvals.Decide(q.ctx, a.ID, how == "yes", q.FormValue("verdict"), by)
	switch {
	case fault.Is(err, fault.Denied):
		q.tellFault(err)
		return led(back)
	case fault.Is(err, fault.Invalid):
		return q.refuse(err, "form", b.decideForm(q, a, name, back), "verdict")
	case err != nil:
		return q.refusal(err, back)
	}
	q.tell("good", "office.approval.told_"+string(a.State), "")
	return led(back)
}

func (b *Backoffice) cancelApproval(q *request) error {
	a, _, back, err := b.theApproval(q)
	if err != nil {
		return err
	}
	if _, err := b.Approvals.Cancel(q.ctx, a.ID, q.approvalBy()); err != nil {
		if fault.Is(err, fault.Denied) {
			q.tellFault(err)
			return led(back)
		}
		return q.refusal(err, back)
	}
	q.tell("good", "office.approval.told_cancelled", "")
	return led(back)
}

// whyField asks for the reason of what a second person decides.
func (q *request) whyField(f *frame) formField {
	return formField{Name: "why", Label: f.T("office.approval.why"), Hint: f.T("office.approval.why_hint"), Value: q.FormValue("why"), Most: 200}
}

func commissionText(f *frame, text string) string {
	c, err := resellers.ReadCommission(text)
	if err != nil {
		return text
	}
	return c.In(f.Lang)
}
