package backoffice

import (
	"context"
	"strconv"
	"strings"
	"time"

	"mtandao/billing/plans"
	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/internal/staff"
	"mtandao/radius/access"
	"mtandao/vouchers"
	"mtandao/vouchers/sheets"
)

// Vouchers is what the pages ask of vouchers; what changes something is recorded in the audit trail. *vouchers.Service satisfies it.
type Vouchers interface {
	Newest(ctx context.Context, before int64, limit int) ([]vouchers.Batch, error)
	Batch(ctx context.Context, id int64) (vouchers.Batch, error)
	Stock(ctx context.Context, batchID int64) (vouchers.Stock, error)
	Odds(ctx context.Context, w vouchers.Wish) (vouchers.Odds, error)
	Place(ctx context.Context, w vouchers.Wish, by vouchers.By) (vouchers.Batch, error)
	Cancel(ctx context.Context, batchID int64, by vouchers.By) error
	Do(ctx context.Context, d vouchers.Deed, by vouchers.By) (vouchers.Deed, error)
	VoidOf(ctx context.Context, holder, reason string, cut bool, by vouchers.By) ([]vouchers.Deed, error)
	Undo(ctx context.Context, deedID int64, by vouchers.By) (vouchers.Deed, error)
	DeedsOf(ctx context.Context, batchID int64) ([]vouchers.Deed, error)
	DeedOf(ctx context.Context, id int64) (vouchers.Deed, error)
	ByNumber(ctx context.Context, number int64) (vouchers.Batch, error)
	HeldBy(ctx context.Context, holder string) ([]vouchers.Held, error)
	Alarmed(ctx context.Context, since time.Time) ([]vouchers.Voucher, error)
	Find(ctx context.Context, typed string) (vouchers.Batch, vouchers.Voucher, error)
	sheets.Source
}

func (b *Backoffice) voucherRoutes() []route {
	return []route{
		{get, "/office/vouchers", full, staff.VouchersView, b.batches}, {get, "/office/vouchers/early", full, staff.VouchersView, b.earlyVouchers}, {get, "/office/vouchers/new", full, staff.VouchersManage, b.askBatch},
		{post, "/office/vouchers/new", full, staff.VouchersManage, b.placeBatch}, {get, "/office/vouchers/:id", full, staff.VouchersView, b.batch},
		{get, "/office/vouchers/:id/cancel", full, staff.VouchersManage, b.askCancelBatch}, {post, "/office/vouchers/:id/cancel", full, staff.VouchersManage, b.cancelBatch},
		{get, "/office/vouchers/:id/deeds/:kind", full, staff.VouchersManage, b.askDeed}, {post, "/office/vouchers/:id/deeds/:kind", full, staff.VouchersManage, b.doDeed},
		{post, "/office/vouchers/:id/undo/:deed", full, staff.VouchersManage, b.undoDeed},
	}
}

// voucherBy is who does something with vouchers.
func (q *request) voucherBy() vouchers.By {
	return vouchers.By{Actor: q.in.Member.Email, From: q.in.By(q.visit()).From}
}

// batchShown says whether somebody may see a batch: one for every site is of all who may see any.
func (q *request) batchShown(b vouchers.Batch) bool {
	if b.SiteID == 0 {
		return staff.MaySomewhere(q.in.Member, staff.VouchersView)
	}
	return q.may(staff.VouchersView, b.SiteID)
}

func (b *Backoffice) batches(q *request) error {
	p := q.listing("office.nav.vouchers", "vouchers")
	p.Lead = p.T("office.vouchers.lead")
	if staff.MaySomewhere(q.in.Member, staff.VouchersManage) {
		p.Acts = []act{{Name: p.T("office.vouchers.new"), Icon: "plus", Address: "/office/vouchers/new", Tone: "primary"}}
	}
	if tried, err := b.early(q); err != nil {
		return err
	} else if len(tried) > 0 {
		p.State = stateView{Tone: "bad", Text: p.T("office.vouchers.early")}
		p.Acts = append(p.Acts, act{Name: p.T("office.vouchers.early"), Icon: "triangle-alert", Address: "/office/vouchers/early"})
	}
	p.Columns = []column{{p.T("office.vouchers.batch"), "when"}, {Name: p.T("office.plan")}, {p.T("office.amount"), "num"},
		{p.T("office.vouchers.made"), "num"}, {p.T("office.vouchers.ready"), "num"}, {p.T("office.vouchers.out"), "num"}, {p.T("office.vouchers.used"), "num"}, {p.T("office.when"), "when"}, {Name: p.T("office.state")}}
	p.Empty = blank{Icon: "tag", Title: p.T("office.vouchers.none"), Text: p.T("office.vouchers.none_text")}
	all, err := b.Vouchers.Newest(q.ctx, q.before(), mostListed+1)
	if err != nil {
		return err
	}
	all, p.pager = newest(q, all, mostListed, func(batch vouchers.Batch) int64 { return batch.ID })
	for _, batch := range all {
		if !q.batchShown(batch) {
			continue
		}
		stock, err := b.Vouchers.Stock(q.ctx, batch.ID)
		if err != nil {
			return err
		}
		if batch.State == vouchers.Making {
			p.Live = q.Path()
		}
		p.add(cell{Text: p.T("office.batch.title", "Number", batch.Number), Address: "/office/vouchers/" + number(batch.ID)}, cell{Text: batch.PlanName(p.Lang), More: b.siteOrAll(&p.frame, batch.SiteID)},
			cell{Text: batch.Price.String()}, cell{Text: madeOf(batch)}, cell{Text: strconv.Itoa(idle(stock))}, cell{Text: strconv.Itoa(stock.In(vouchers.SignedOut) + stock.In(vouchers.Sold))},
			cell{Text: strconv.Itoa(stock.In(vouchers.Used))}, cell{Text: b.when(&p.frame, batch.CreatedAt)}, stated(batchState(&p.frame, batch.State)))
	}
	return q.list(p)
}

// madeOf tells how far a batch is; what is sold one by one has no end that anybody waits for.
func madeOf(b vouchers.Batch) string {
	if b.State == vouchers.Open {
		return of(b.Made, b.Made)
	}
	return of(b.Made, b.Size)
}

func of(some, all int) string {
	text := money.Thousands(strconv.Itoa(some))
	if some == all {
		return text
	}
	return text + " / " + money.Thousands(strconv.Itoa(all))
}

// idle counts what is in the drawer.
func idle(s vouchers.Stock) int {
	return s.In(vouchers.Made) + s.In(vouchers.Printed) + s.In(vouchers.Returned)
}

func (b *Backoffice) siteOrAll(f *frame, id int64) string {
	if id == 0 {
		return f.T("office.all_sites")
	}
	return b.siteName(id)
}

func batchState(f *frame, state string) stateView {
	return toned(f, "office.batch.", state, map[string]string{vouchers.Making: "warn", vouchers.Ready: "good", vouchers.Cancelled: "bad"})
}

func voucherState(f *frame, state vouchers.State) stateView {
	return toned(f, "office.voucher.", state, map[vouchers.State]string{vouchers.SignedOut: "good", vouchers.Sold: "good", vouchers.Void: "bad", vouchers.Expired: "warn"})
}

// batchForm asks for a batch, and tells how hard its codes are to guess as it stands.
func (b *Backoffice) batchForm(q *request) (*formPage, error) {
	p := q.asking("office.batch_new.", "vouchers", "/office/vouchers")
	p.Danger, p.Crumbs = false, []crumb{{p.T("office.nav.vouchers"), "/office/vouchers"}}
	sold, err := b.Plans.Packages(q.ctx)
	if err != nil {
		return nil, err
	}
	var choose, places []choice
	for _, plan := range sold {
		if plan.State == plans.Live && !plan.Subscribed() {
			choose = append(choose, choice{Name: plan.Name(p.Lang) + " · " + plan.Price.String(), Value: number(plan.ID)})
		}
	}
	if q.may(staff.VouchersManage, 0) {
		places = append(places, choice{Name: p.T("office.all_sites"), Value: "0"})
	}
	for _, s := range b.Sites.Sites() {
		if q.may(staff.VouchersManage, s.ID) {
			places = append(places, choice{Name: s.Name, Value: number(s.ID)})
		}
	}
	text := func(name, usual string) string {
		if value := q.FormValue(name); value != "" {
			return value
		}
		return usual
	}
	field := func(name string, as kindOf, usual string, most int, must bool) formField {
		return formField{Name: name, Label: p.T("office.batch_new." + name), Hint: p.T("office.batch_new." + name + "_hint"), As: as, Value: text(name, usual), Most: most, Must: must}
	}
	plan, site := field("plan", asPick, "", 0, true), field("site", asPick, "", 0, true)
	plan.Choices, site.Choices = choose, places
	style := field("style", asPick, "letters", 0, true)
	style.Choices = []choice{{Name: p.T("office.batch_new.letters"), Value: "letters"}, {Name: p.T("office.batch_new.digits"), Value: "digits"}}
	p.ask(plan, site, field("size", asNumber, "100", 6, true), field("price", asMoney, "", 9, false), style, field("random", asNumber, "", 2, false), field("prefix", asText, "", 4, false),
		field("unsold", asDay, "", 10, false), field("unused", asNumber, "", 4, false), field("live", asTick, "", 0, false))
	return p, b.tellOdds(q, p)
}

// tellOdds says the arithmetic of guessing for what the form holds.
func (b *Backoffice) tellOdds(q *request, p *formPage) error {
	w, err := q.wish()
	if err != nil {
		return nil // the form says so when it is sent
	}
	odds, err := b.Vouchers.Odds(q.ctx, w)
	if err == nil {
		p.Facts = []fact{{p.T("office.batch.odds"), p.T("office.batch.odds_text", "Live", money.Thousands(number(odds.Live)), "OneIn", money.Thousands(odds.OneIn().String()))}}
	}
	return err
}

// wish reads the form; fault.Invalid "form.number" and those of money.
func (q *request) wish() (w vouchers.Wish, err error) {
	whole := func(name string, usual int) int {
		text := strings.TrimSpace(q.FormValue(name))
		if text == "" {
			return usual
		}
		n, e := strconv.Atoi(text)
		if e != nil || n < 0 || n > 1_000_000 { // more than anything here may be
			err = fault.New(fault.Invalid, "voucher.number")
			return 0
		}
		return n
	}
	w = vouchers.Wish{PlanID: idIn(q.FormValue("plan")), SiteID: idIn(q.FormValue("site")), Size: whole("size", 100), UnusedFor: vouchers.Days(int64(whole("unused", 0))),
		Style: access.CodeStyle{Random: whole("random", 0), Digits: q.FormValue("style") == "digits", Prefix: access.FoldCode(q.FormValue("prefix"))}, Live: q.FormValue("live") != ""}
	if w.SiteID == 0 && q.FormValue("site") != "0" { // all sites are chosen by name
		w.SiteID = -1
	}
	if err != nil {
		return w, err
	}
	if price := strings.TrimSpace(q.FormValue("price")); price != "" {
		if w.Price, err = money.Parse(price, money.Shilling); err != nil {
			return w, err
		}
	}
	if day := q.FormValue("unsold"); day != "" {
		w.UnsoldUntil, err = time.ParseInLocation(time.DateOnly, day, q.office.Zone)
		if err != nil {
			return w, fault.New(fault.Invalid, "voucher.expiry")
		}
		w.UnsoldUntil = w.UnsoldUntil.AddDate(0, 0, 1) // that day, too
	}
	return w, nil
}

func (b *Backoffice) askBatch(q *request) error {
	p, err := b.batchForm(q)
	if err != nil {
		return err
	}
	return q.showForm(p)
}

var batchFields = map[string]string{"voucher.size": "size", "voucher.odds": "random", "voucher.style": "random", "voucher.expiry": "unsold", "money.invalid": "price", "voucher.price": "price", "voucher.not_sold": "plan",
	"voucher.not_everywhere": "site", "site.is_closed": "site"}

func (b *Backoffice) placeBatch(q *request) error {
	w, err := q.wish()
	if err == nil && !q.may(staff.VouchersManage, w.SiteID) {
		return notHere()
	}
	var made vouchers.Batch
	if err == nil {
		made, err = b.Vouchers.Place(q.ctx, w, q.voucherBy())
	}
	if err == nil {
		return led("/office/vouchers/" + number(made.ID))
	}
	p, e := b.batchForm(q)
	if e != nil {
		return e
	}
	field, known := batchFields[fault.KeyOf(err)]
	if !known {
		field = "plan" // what a router cannot do of it
	}
	return q.refuse(err, "form", p, field)
}
