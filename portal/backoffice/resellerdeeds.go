package backoffice

import (
	"slices"
	"strconv"
	"strings"

	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/internal/pin"
	"mtandao/internal/seal"
	"mtandao/internal/staff"
	"mtandao/vouchers"
	"mtandao/vouchers/resellers"
)

// provenActs pay money back, or write vouchers off.
var provenActs = []string{"payout", "return", "lose"}

func (b *Backoffice) resellerAct(q *request) (resellers.Reseller, string, error) {
	r, err := b.theReseller(q, staff.VouchersManage)
	name := q.Params("act")
	if err == nil && !slices.Contains(resellerActs, name) {
		err = notHere()
	}
	if err == nil && slices.Contains(provenActs, name) {
		err = q.proven()
	}
	return r, name, err
}

func (b *Backoffice) askResellerAct(q *request) error {
	r, name, err := b.resellerAct(q)
	if err != nil {
		return err
	}
	p, err := b.resellerActForm(q, r, name)
	if err != nil {
		return err
	}
	return q.showForm(p)
}

// resellerActForm carries the key of its request, so that it is done once however often it is sent.
func (b *Backoffice) resellerActForm(q *request, r resellers.Reseller, name string) (*formPage, error) {
	p := q.asking("office.reseller_"+name+".", "resellers", "/office/resellers/"+number(r.ID), "Name", r.Name, "Float", r.Float().String(), "Owes", r.Owes().String())
	p.Danger = name == "lose" || name == "kill"
	p.Crumbs = []crumb{{p.T("office.nav.resellers"), "/office/resellers"}, {r.Name, "/office/resellers/" + number(r.ID)}}
	once := q.FormValue("once")
	if once == "" {
		once = seal.RandomHex(8)
	}
	p.Hidden = []fact{{"once", once}}
	field := func(name string, as kindOf, most int, must bool) formField {
		return formField{Name: name, Label: p.T("office.reseller_field." + name), As: as, Value: q.FormValue(name), Most: most, Must: must}
	}
	switch name {
	case "payin", "payout", "settle":
		amount := field("amount", asMoney, 12, true)
		if name == "settle" && amount.Value == "" {
			amount.Value = strconv.FormatInt((r.Owes().Cents+99)/100, 10)
		}
		p.ask(amount, field("note", asText, 200, false))
	case "kill":
		p.ask(formField{Name: "cut", Label: p.T("office.deed_field.cut"), As: asTick, Value: q.FormValue("cut")}, field("note", asText, 200, true))
	default:
		batch := field("batch", asNumber, 9, true)
		batches, err := b.batchesFor(q, r, name)
		if err != nil {
			return nil, err
		}
		if len(batches) > 0 && len(batches) < mostRows {
			batch.As, batch.Choices = asPick, chosen(batches, batch.Value)
		}
		p.ask(batch, field("first", asNumber, 6, false), field("last", asNumber, 6, false), field("sheet", asNumber, 5, false), field("cards", asNumber, 3, false),
			field("note", asText, 200, name == "lose"))
	}
	return p, nil
}

// batchesFor are the batches that a reseller may be given vouchers of, or has some of; by their numbers.
func (b *Backoffice) batchesFor(q *request, r resellers.Reseller, name string) (all []choice, err error) {
	add := func(batch vouchers.Batch) {
		if q.batchShown(batch) {
			all = append(all, choice{Name: number(batch.Number) + " · " + batch.PlanName(q.lang()), Value: number(batch.Number)})
		}
	}
	if name != "signout" {
		held, err := b.Vouchers.HeldBy(q.ctx, r.Holder())
		for _, h := range held {
			batch, err := b.Vouchers.Batch(q.ctx, h.BatchID)
			if err != nil {
				return nil, err
			}
			add(batch)
		}
		return all, err
	}
	newest, err := b.Vouchers.Newest(q.ctx, 0, mostRows)
	if len(newest) == mostRows { // older ones are named by their number
		return nil, err
	}
	for _, batch := range newest {
		if batch.State == vouchers.Ready && r.Sells(batch.PlanID) && (batch.SiteID == 0 || r.SellsAt(batch.SiteID)) {
			add(batch)
		}
	}
	return all, err
}

// typedRange reads a batch by its number and serials, or a sheet with its cards.
func (b *Backoffice) typedRange(q *request) (w resellers.Range, err error) {
	whole := func(name string) int {
		n, e := strconv.Atoi(strings.TrimSpace(q.FormValue(name)))
		if e != nil && strings.TrimSpace(q.FormValue(name)) != "" {
			err = fault.New(fault.Invalid, "voucher.number")
		}
		return n
	}
	at, w := whole("batch"), resellers.Range{First: whole("first"), Last: whole("last")}
	sheet, cards := whole("sheet"), whole("cards")
	if err != nil {
		return w, err
	}
	batch, err := b.Vouchers.ByNumber(q.ctx, int64(at))
	if err == nil && !q.batchShown(batch) {
		err = fault.New(fault.NotFound, "voucher.no_batch")
	}
	if w.BatchID = batch.ID; err == nil {
		w.First, w.Last, err = batch.Chosen(w.First, w.Last, sheet, cards)
	}
	return w, err
}

func (b *Backoffice) doResellerAct(q *request) error {
	r, name, err := b.resellerAct(q)
	if err != nil {
		return err
	}
	count, cents, waits, err := b.actOn(q, r, name)
	if err != nil {
		field := "amount"
		switch key := fault.KeyOf(err); {
		case key == "voucher.no_batch":
			field = "batch"
		case key == "voucher.reason" || key == "voucher.reason_long":
			field = "note"
		case key == "voucher.sheet":
			field = "cards"
		case strings.HasPrefix(key, "voucher."):
			field = "last"
		}
		if fault.Is(err, fault.Denied) { // of the reseller, not of who asks
			err = fault.Wrap(fault.Conflict, fault.KeyOf(err), err)
		}
		p, e := b.resellerActForm(q, r, name)
		if e != nil {
			return e
		}
		return q.refuse(err, "form", p, field)
	}
	if waits {
		q.tell("warn", "office.approval.told_cash_waits", "")
	} else {
		q.tell("good", "office.reseller_done", "", "Count", strconv.Itoa(count), "Amount", money.KES(cents).String())
	}
	return led("/office/resellers/" + number(r.ID))
}

// actOn does what the form says, and tells how many vouchers it was about, what it changed of the balance, and whether it waits for a second person.
func (b *Backoffice) actOn(q *request, r resellers.Reseller, name string) (count int, cents int64, waits bool, err error) {
	ask := resellers.Request{Key: q.FormValue("once"), ResellerID: r.ID, Note: strings.TrimSpace(q.FormValue("note"))}
	by := q.voucherBy()
	var all []resellers.Event
	switch name {
	case "payin", "payout", "settle":
		amount, e := amountTyped(q.FormValue("amount"))
		if err = e; err != nil {
			return 0, 0, false, err
		}
		var one resellers.Event
		if name == "payout" {
			one, err = b.Resellers.PayOut(q.ctx, ask, amount, by)
		} else {
			one, waits, err = b.Resellers.Take(q.ctx, ask, map[string]string{"payin": resellers.PaidIn, "settle": resellers.Settled}[name], amount, q.approvalBy())
		}
		all = []resellers.Event{one}
	case "kill":
		deeds, e := b.Vouchers.VoidOf(q.ctx, r.Holder(), ask.Note, q.FormValue("cut") != "", by)
		for _, d := range deeds {
			count += d.Moved
		}
		return count, 0, false, e
	default:
		w, e := b.typedRange(q)
		if e != nil {
			return 0, 0, false, e
		}
		move := map[string]func() ([]resellers.Event, error){
			"signout": func() ([]resellers.Event, error) { return b.Resellers.SignOut(q.ctx, ask, w, by) },
			"return":  func() ([]resellers.Event, error) { return b.Resellers.Return(q.ctx, ask, w, by) },
			"lose":    func() ([]resellers.Event, error) { return b.Resellers.Lose(q.ctx, ask, w, by) }}[name]
		all, err = move()
	}
	for _, e := range all {
		count, cents = count+e.Count, cents+e.Delta
	}
	return count, cents, waits, err
}

// resellerPIN shows a code by which the reseller sets a PIN, once: whoever has it spends their float.
func (b *Backoffice) resellerPIN(q *request) error {
	r, err := b.theReseller(q, staff.VouchersManage)
	if err == nil {
		err = q.proven()
	}
	if err != nil {
		return err
	}
	by := q.voucherBy()
	code, err := b.PINs.NewCode(q.ctx, pin.Owner{Kind: "reseller", ID: r.ID}, by.Actor, by.From)
	if err != nil {
		return err
	}
	p, err := b.resellerPage(q, r)
	if err != nil {
		return err
	}
	p.Cards = slices.Insert(p.Cards, 0, card{Name: p.T("office.reseller.code"), Lead: p.T("office.reseller.code_lead", "Phone", r.Phone.Local()), Once: code})
	return q.show(p)
}

// holder is who has vouchers: a name, or a reseller with their page.
func (b *Backoffice) holder(q *request, holder string) cell {
	id, ok := vouchers.ReadHolder(holder)
	if !ok {
		return cell{Text: holder}
	}
	r, err := b.Resellers.Get(q.ctx, id)
	if err != nil || !q.mayReseller(staff.VouchersView, r) {
		return cell{}
	}
	return cell{Text: r.Name, Address: "/office/resellers/" + number(id)}
}
