package backoffice

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/internal/staff"
	"mtandao/vouchers"
	"mtandao/vouchers/sheets"
)

// theBatch is the batch of an address, for whoever may do so much at its site.
func (b *Backoffice) theBatch(q *request, p staff.Permission) (vouchers.Batch, error) {
	id, err := q.idOf("id")
	if err != nil {
		return vouchers.Batch{}, err
	}
	batch, err := b.Vouchers.Batch(q.ctx, id)
	if err == nil && (!q.batchShown(batch) || p == staff.VouchersManage && !q.may(p, batch.SiteID)) {
		err = notHere()
	}
	return batch, hidden(err)
}

// stockStates are the states in the order of a voucher's life.
var stockStates = []vouchers.State{vouchers.Made, vouchers.Printed, vouchers.SignedOut, vouchers.Sold, vouchers.Used, vouchers.Returned, vouchers.Expired, vouchers.Void}

func (b *Backoffice) batch(q *request) error {
	batch, err := b.theBatch(q, staff.VouchersView)
	if err != nil {
		return err
	}
	stock, err := b.Vouchers.Stock(q.ctx, batch.ID)
	if err != nil {
		return err
	}
	p := q.record("office.nav.vouchers", "vouchers")
	p.Crumbs = []crumb{{p.Title, "/office/vouchers"}}
	p.Title, p.State = p.T("office.batch.title", "Number", batch.Number), batchState(&p.frame, batch.State)
	may, at := q.may(staff.VouchersManage, batch.SiteID), "/office/vouchers/"+number(batch.ID)
	if may && batch.State == vouchers.Making {
		p.Acts = []act{{Name: p.T("office.batch.cancel"), Icon: "x", Address: at + "/cancel"}}
	}
	if may && batch.State == vouchers.Ready {
		p.Acts = append(p.Acts, act{Name: p.T("office.print.act"), Icon: "printer", Address: at + "/print", Tone: "primary"})
		for _, kind := range askedDeeds {
			p.Acts = append(p.Acts, act{Name: p.T("office.deed." + kind), Address: at + "/deeds/" + kind})
		}
	}
	p.add(b.batchCard(&p.frame, batch, stock))
	states := card{Name: p.T("office.batch.stock"), Table: &table{Columns: []column{{Name: p.T("office.state")}, {p.T("office.batch.count"), "num"}, {p.T("office.batch.worth"), "num"}}}}
	for _, state := range stockStates {
		if n := stock.In(state); n > 0 {
			states.Table.add(stated(voucherState(&p.frame, state)), cell{Text: strconv.Itoa(n)}, cell{Text: worth(batch, n).String()})
		}
	}
	deeds, err := b.deedsCard(q, &p.frame, batch, may)
	if err != nil {
		return err
	}
	prints, err := b.printsCard(q, &p.frame, batch)
	if err != nil {
		return err
	}
	for _, c := range []card{states, prints, deeds} {
		if len(c.Table.Rows) > 0 {
			p.add(c)
		}
	}
	q.follow(p, batch.State == vouchers.Making)
	return q.show(p)
}

func worth(b vouchers.Batch, n int) money.Amount {
	return money.Amount{Cents: b.Price.Cents * int64(n), Currency: b.Price.Currency}
}

func (b *Backoffice) batchCard(f *frame, batch vouchers.Batch, stock vouchers.Stock) card {
	facts := []fact{{f.T("office.plan"), batch.PlanName(f.Lang)}, {f.T("office.site"), b.siteOrAll(f, batch.SiteID)}, {f.T("office.amount"), batch.Price.String()},
		{f.T("office.vouchers.made"), madeOf(batch)}, {f.T("office.batch.serials"), vouchers.Serial(batch.Number, 1) + " – " + vouchers.Serial(batch.Number, batch.Size)},
		{f.T("office.batch.liability"), worth(batch, stock.Unredeemed()).String()}, {f.T("office.batch.owed"), worth(batch, stock.Owed()).String()}, {f.T("office.batch.by"), batch.By}}
	if !batch.UnsoldUntil.IsZero() {
		facts = append(facts, fact{f.T("office.batch.unsold"), b.when(f, batch.UnsoldUntil)})
	}
	if batch.Live {
		facts = append(facts, fact{f.T("office.batch.live"), f.T("office.batch.live_text")})
	}
	return card{Facts: facts}
}

// deedsCard lists what was done with a batch, the newest first.
func (b *Backoffice) deedsCard(q *request, f *frame, batch vouchers.Batch, may bool) (card, error) {
	all, err := b.Vouchers.DeedsOf(q.ctx, batch.ID)
	c := card{Name: f.T("office.batch.deeds"), Table: &table{Columns: []column{{f.T("office.when"), "when"}, {Name: f.T("office.batch.deed")}, {Name: f.T("office.batch.serials")},
		{f.T("office.batch.count"), "num"}, {f.T("office.amount"), "num"}, {Name: f.T("office.batch.holder")}, {Name: f.T("office.batch.by")}, {}}}}
	for _, d := range all {
		var last cell
		undone := slices.ContainsFunc(all, func(u vouchers.Deed) bool { return u.Undoes == d.ID })
		if may && d.Kind == vouchers.DeedVoid && !undone && !(d.Money && d.Cents > 0) {
			last.Acts = []act{{Name: f.T("office.deed.undo"), Icon: "undo-2", Posted: true, Address: "/office/vouchers/" + number(batch.ID) + "/undo/" + number(d.ID)}}
		}
		c.Table.add(cell{Text: b.when(f, d.CreatedAt)}, cell{Text: f.T("office.deed." + d.Kind), More: why(f, d)}, cell{Text: strconv.Itoa(d.First) + " – " + strconv.Itoa(d.Last)},
			cell{Text: strconv.Itoa(d.Moved)}, cell{Text: money.KES(d.Cents).String()}, b.holder(q, d.Holder), cell{Text: d.By}, last)
	}
	return c, err
}

// why is what a deed was done for: of a print, what was printed.
func why(f *frame, d vouchers.Deed) string {
	if layout, err := sheets.LayoutOf(d.As()); err == nil {
		return layout.Name(f.Lang)
	}
	return d.Reason
}

func (b *Backoffice) askCancelBatch(q *request) error {
	batch, err := b.theBatch(q, staff.VouchersManage)
	if err != nil {
		return err
	}
	return q.showForm(q.asking("office.batch_cancel.", "vouchers", "/office/vouchers/"+number(batch.ID), "Number", batch.Number, "Made", batch.Made))
}

func (b *Backoffice) cancelBatch(q *request) error {
	batch, err := b.theBatch(q, staff.VouchersManage)
	if err != nil {
		return err
	}
	if err := b.Vouchers.Cancel(q.ctx, batch.ID, q.voucherBy()); err != nil {
		return q.refusal(err, "/office/vouchers/"+number(batch.ID))
	}
	return led("/office/vouchers/" + number(batch.ID))
}

// askedDeeds are the deeds that have a page.
var askedDeeds = []string{vouchers.DeedSignOut, vouchers.DeedSell, vouchers.DeedReturn, vouchers.DeedVoid}

// deedOfAddress is what is to be done, and with which batch. What kills vouchers, or pays their price back, needs a proof.
func (b *Backoffice) deedOfAddress(q *request) (vouchers.Batch, string, error) {
	batch, err := b.theBatch(q, staff.VouchersManage)
	kind := q.Params("kind")
	if err == nil && !slices.Contains(askedDeeds, kind) {
		err = notHere()
	}
	if err == nil && (kind == vouchers.DeedVoid || kind == vouchers.DeedReturn) {
		err = q.proven()
	}
	return batch, kind, err
}

func (b *Backoffice) askDeed(q *request) error {
	batch, kind, err := b.deedOfAddress(q)
	if err != nil {
		return err
	}
	return q.showForm(deedForm(q, batch, kind))
}

func deedForm(q *request, batch vouchers.Batch, kind string) *formPage {
	p := q.asking("office.deed_"+kind+".", "vouchers", "/office/vouchers/"+number(batch.ID), "Number", batch.Number)
	p.Danger = kind == vouchers.DeedVoid
	p.Crumbs = []crumb{{p.T("office.nav.vouchers"), "/office/vouchers"}, {p.T("office.batch.title", "Number", batch.Number), "/office/vouchers/" + number(batch.ID)}}
	value := func(name, usual string) string {
		if typed := q.FormValue(name); typed != "" {
			return typed
		}
		return usual
	}
	field := func(name string, as kindOf, usual string, most int, must bool) formField {
		return formField{Name: name, Label: p.T("office.deed_field." + name), As: as, Value: value(name, usual), Most: most, Must: must}
	}
	fields := []formField{field("first", asNumber, "1", 6, true), field("last", asNumber, strconv.Itoa(batch.Made), 6, true),
		field("sheet", asNumber, "", 5, false), field("cards", asNumber, "", 3, false), field("holder", asText, "", 64, kind == vouchers.DeedSignOut)}
	switch kind {
	case vouchers.DeedSignOut:
		fields = append(fields, field("paid", asTick, "", 0, false))
	case vouchers.DeedVoid:
		fields = append(fields, field("refund", asTick, "", 0, false), field("cut", asTick, "", 0, false), field("reason", asText, "", 200, true))
	}
	p.ask(fields...)
	return p
}

// typedDeed reads the form; a sheet with its cards goes before serials.
func (q *request) typedDeed(batch vouchers.Batch, kind string) (d vouchers.Deed, err error) {
	whole := func(name string) int {
		text := strings.TrimSpace(q.FormValue(name))
		n, e := strconv.Atoi(text)
		if e != nil && text != "" {
			err = fault.New(fault.Invalid, "voucher.range", "Most", batch.Made)
		}
		return n
	}
	d = vouchers.Deed{Kind: kind, BatchID: batch.ID, First: whole("first"), Last: whole("last"), Holder: strings.TrimSpace(q.FormValue("holder")),
		Money: q.FormValue("paid") != "" || q.FormValue("refund") != "", Cut: q.FormValue("cut") != "", Reason: strings.TrimSpace(q.FormValue("reason"))}
	sheet, cards := whole("sheet"), whole("cards")
	if err == nil {
		d.First, d.Last, err = batch.Chosen(d.First, d.Last, sheet, cards)
	}
	return d, err
}

func (b *Backoffice) doDeed(q *request) error {
	batch, kind, err := b.deedOfAddress(q)
	if err != nil {
		return err
	}
	d, err := q.typedDeed(batch, kind)
	if err == nil {
		d, err = b.Vouchers.Do(q.ctx, d, q.voucherBy())
	}
	if err != nil {
		field := map[string]string{"voucher.reason": "reason", "voucher.reason_long": "reason", "voucher.holder": "holder", "voucher.sheet": "cards"}[fault.KeyOf(err)]
		return q.refuse(err, "form", deedForm(q, batch, kind), cmp.Or(field, "last"))
	}
	at := "/office/vouchers/" + number(batch.ID)
	undo := ""
	if kind == vouchers.DeedVoid && !(d.Money && d.Cents > 0) {
		undo = at + "/undo/" + number(d.ID)
	}
	q.tell("good", "office.deed_done", undo, "Count", strconv.Itoa(d.Moved), "Amount", money.KES(d.Cents).String())
	return led(at)
}

func (b *Backoffice) undoDeed(q *request) error {
	batch, err := b.theBatch(q, staff.VouchersManage)
	if err != nil {
		return err
	}
	id := idIn(q.Params("deed"))
	at := "/office/vouchers/" + number(batch.ID)
	d, err := b.Vouchers.DeedOf(q.ctx, id)
	if err != nil || d.BatchID != batch.ID {
		return notHere()
	}
	if d, err = b.Vouchers.Undo(q.ctx, id, q.voucherBy()); err != nil {
		return q.refusal(err, at)
	}
	q.tell("good", "office.deed_done", "", "Count", strconv.Itoa(d.Moved), "Amount", money.KES(d.Cents).String())
	return led(at)
}

// foundVoucher is the voucher of a code or serial number in the search box.
func (b *Backoffice) foundVoucher(q *request, f *frame, typed string) (card, error) {
	c := card{Name: f.T("office.nav.vouchers"), Table: &table{Columns: []column{{f.T("office.batch.serial"), "code"}, {Name: f.T("office.plan")}, {Name: f.T("office.batch.holder")}, {Name: f.T("office.state")}}}}
	batch, v, err := b.Vouchers.Find(q.ctx, typed)
	if fault.Is(err, fault.NotFound) || err == nil && !q.batchShown(batch) {
		return c, nil
	}
	if err != nil {
		return c, err
	}
	c.Address = "/office/vouchers/" + number(batch.ID)
	if v.GrantID != 0 {
		c.Address = "/office/grants/" + number(v.GrantID)
	}
	c.Table.add(cell{Text: vouchers.Serial(batch.Number, v.Serial), Address: c.Address}, cell{Text: batch.PlanName(f.Lang)}, b.holder(q, v.Holder), stated(voucherState(f, v.State)))
	return c, nil
}

// earlyKept is how long what was tried before it was signed out is listed.
const earlyKept = 30 * 24 * time.Hour

// early lists vouchers, of those that the member may see, which somebody tried before they were signed out: they are stolen, or a deed is missing.
func (b *Backoffice) early(q *request) (seen []vouchers.Voucher, err error) {
	all, err := b.Vouchers.Alarmed(q.ctx, b.PlanClock.Now().Add(-earlyKept))
	for _, v := range all {
		batch, err := b.Vouchers.Batch(q.ctx, v.BatchID)
		if err != nil {
			return nil, err
		}
		if q.batchShown(batch) {
			seen = append(seen, v)
		}
	}
	return seen, err
}

func (b *Backoffice) earlyVouchers(q *request) error {
	p := q.listing("office.vouchers.early", "vouchers")
	p.Crumbs, p.Lead = []crumb{{p.T("office.nav.vouchers"), "/office/vouchers"}}, p.T("office.vouchers.early_text")
	p.Columns = []column{{p.T("office.batch.serial"), "code"}, {Name: p.T("office.plan")}, {p.T("office.when"), "when"}, {Name: p.T("office.state")}}
	p.Empty = blank{Icon: "shield-check", Title: p.T("office.vouchers.early_none")}
	tried, err := b.early(q)
	if err != nil {
		return err
	}
	for _, v := range tried {
		batch, err := b.Vouchers.Batch(q.ctx, v.BatchID)
		if err != nil {
			return err
		}
		p.add(cell{Text: vouchers.Serial(batch.Number, v.Serial), Address: "/office/vouchers/" + number(batch.ID)}, cell{Text: batch.PlanName(p.Lang)}, cell{Text: b.planWhen(&p.frame, v.AlarmedAt)},
			stated(voucherState(&p.frame, v.State)))
	}
	return q.list(p)
}
