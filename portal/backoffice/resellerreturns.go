package backoffice

import (
	"strconv"

	"mtandao/internal/money"
	"mtandao/internal/staff"
	"mtandao/vouchers"
	"mtandao/vouchers/resellers"
)

func (b *Backoffice) returnRoutes() []route {
	const at = "/office/returns/:id"
	return []route{{get, "/office/returns", full, staff.VouchersView, b.returnsAsked}, {get, at, full, staff.VouchersManage, b.askTakeReturn},
		{post, at, full, staff.VouchersManage, b.takeReturn}, {post, at + "/refuse", full, staff.VouchersManage, b.refuseReturn}}
}

// theReturn is the return of an address with its reseller and batch, for who may do so much with them.
func (b *Backoffice) theReturn(q *request) (g resellers.Giveback, r resellers.Reseller, batch vouchers.Batch, err error) {
	id, err := q.idOf("id")
	if err == nil {
		g, err = b.Resellers.ReturnOf(q.ctx, id)
	}
	if err == nil {
		r, err = b.Resellers.Get(q.ctx, g.ResellerID)
	}
	if err == nil && !q.mayReseller(staff.VouchersManage, r) {
		err = notHere()
	}
	if err == nil {
		batch, err = b.Vouchers.Batch(q.ctx, g.BatchID)
	}
	return g, r, batch, hidden(err)
}

func serialsOf(batch vouchers.Batch, g resellers.Giveback) string {
	return vouchers.Serial(batch.Number, g.First) + " – " + vouchers.Serial(batch.Number, g.Last)
}

func returnAddress(g resellers.Giveback) string { return "/office/returns/" + number(g.ID) }

// returnsAsked lists the paper that resellers say they bring.
func (b *Backoffice) returnsAsked(q *request) error {
	p := q.listing("office.returns.title", "resellers")
	p.Crumbs, p.Lead = []crumb{{p.T("office.nav.resellers"), "/office/resellers"}}, p.T("office.returns.lead")
	p.Columns = []column{{Name: p.T("office.reseller.name")}, {Name: p.T("office.plan")}, {Name: p.T("office.batch.serials")}, {p.T("office.batch.count"), "num"}, {p.T("office.when"), "when"}}
	p.Empty = blank{Icon: "undo-2", Title: p.T("office.returns.none"), Text: p.T("office.returns.none_text")}
	all, err := b.Resellers.ReturnsAsked(q.ctx)
	for _, g := range all {
		r, err := b.Resellers.Get(q.ctx, g.ResellerID)
		if err != nil {
			return err
		}
		if !q.mayReseller(staff.VouchersView, r) {
			continue
		}
		batch, err := b.Vouchers.Batch(q.ctx, g.BatchID)
		if err != nil {
			return err
		}
		p.add(cell{Text: r.Name, Address: returnAddress(g)}, cell{Text: batch.PlanName(p.Lang)}, cell{Text: serialsOf(batch, g)}, cell{Text: strconv.Itoa(g.Count)}, cell{Text: b.when(&p.frame, g.At)})
	}
	if err != nil {
		return err
	}
	return q.list(p)
}

// askTakeReturn asks the cashier to count; taking pays back, so it needs a proof.
func (b *Backoffice) askTakeReturn(q *request) error {
	g, r, batch, err := b.theReturn(q)
	if err == nil {
		err = q.proven()
	}
	if err != nil {
		return err
	}
	return q.showForm(returnForm(q, g, r, batch))
}

func returnForm(q *request, g resellers.Giveback, r resellers.Reseller, batch vouchers.Batch) *formPage {
	p := q.asking("office.return_take.", "resellers", "/office/returns", "Name", r.Name, "Count", g.Count)
	p.Danger, p.Action = false, returnAddress(g)
	p.Crumbs = []crumb{{p.T("office.nav.resellers"), "/office/resellers"}, {p.T("office.returns.title"), "/office/returns"}}
	p.Facts = []fact{{p.T("office.reseller.name"), r.Name}, {p.T("office.plan"), batch.PlanName(p.Lang)}, {p.T("office.batch.serials"), serialsOf(batch, g)},
		{p.T("office.batch.count"), strconv.Itoa(g.Count)}, {p.T("office.batch.worth"), worth(batch, g.Count).String()}}
	if g.State == resellers.ReturnAsked {
		p.Acts = []act{{Name: p.T("office.returns.refuse"), Icon: "x", Posted: true, Address: returnAddress(g) + "/refuse"}}
	}
	return p
}

func (b *Backoffice) takeReturn(q *request) error {
	g, r, batch, err := b.theReturn(q)
	if err == nil {
		err = q.proven()
	}
	if err != nil {
		return err
	}
	count, cents, err := b.Resellers.TakeReturn(q.ctx, g, q.voucherBy())
	if err != nil {
		return q.refuse(err, "form", returnForm(q, g, r, batch), "")
	}
	q.tell("good", "office.reseller_done", "", "Count", strconv.Itoa(count), "Amount", money.KES(cents).String())
	return led("/office/resellers/" + number(r.ID))
}

func (b *Backoffice) refuseReturn(q *request) error {
	g, _, _, err := b.theReturn(q)
	if err != nil {
		return err
	}
	if err := b.Resellers.RefuseReturn(q.ctx, g, q.voucherBy()); err != nil {
		return q.refusal(err, "/office/returns")
	}
	return led("/office/returns")
}
