package backoffice

import (
	"context"
	"slices"
	"strings"

	"mtandao/billing/taxes"
	"mtandao/internal/clock"
	"mtandao/internal/fault"
	"mtandao/internal/words"
)

// Taxes keeps the rates. *taxes.Service satisfies it.
type Taxes interface {
	All(ctx context.Context) (taxes.Rates, error)
	Get(ctx context.Context, id int64) (taxes.Rate, error)
	Save(ctx context.Context, r taxes.Rate, by taxes.By) (taxes.Rate, error)
	Remove(ctx context.Context, id int64, by taxes.By) error
}

func (b *Backoffice) taxes(q *request) error {
	p := q.listing("office.settings.taxes", "settings")
	p.Crumbs = []crumb{{p.T("office.nav.settings"), "/office/settings"}}
	p.Lead = p.T("office.taxes.lead")
	p.Acts = []act{{Name: p.T("office.tax.new_vat"), Icon: "plus", Address: "/office/taxes/new?kind=vat", Tone: "primary"}, {Name: p.T("office.tax.new_excise"), Icon: "plus", Address: "/office/taxes/new?kind=excise"}}
	p.Columns = []column{{Name: p.T("office.tax.kind")}, {p.T("office.tax.rate"), "num"}, {p.T("office.tax.from"), "when"}, {p.T("office.tax.until"), "when"}, {Name: p.T("office.tax.on")}, {Name: p.T("office.tax.note")}, {Name: p.T("office.state")}, {}}
	p.Empty = blank{Icon: "tag", Title: p.T("office.taxes.none"), Text: p.T("office.taxes.none_text")}
	all, err := b.Taxes.All(q.ctx)
	if err != nil {
		return err
	}
	today := clock.DayOf(b.PlanClock.Now())
	for _, r := range all {
		var on []string
		for _, s := range r.On {
			on = append(on, p.T("office.tax.on_"+string(s)))
		}
		until := ""
		if r.Until != 0 {
			until = words.DateOf(p.Lang, r.Until-1)
		}
		state := stateView{"good", p.T("office.tax.now")}
		switch {
		case today < r.From:
			state = stateView{"warn", p.T("office.tax.soon")}
		case r.Until != 0 && today >= r.Until:
			state = stateView{"", p.T("office.tax.past")}
		}
		at := "/office/taxes/" + number(r.ID)
		p.add(cell{Text: p.T("office.tax.kind_" + string(r.Kind)), Address: at + "/edit"}, cell{Text: r.Percent() + " %"}, cell{Text: words.DateOf(p.Lang, r.From)}, cell{Text: until}, cell{Text: strings.Join(on, ", ")},
			cell{Text: r.Note}, stated(state), cell{Acts: []act{{Name: p.T("office.tax.remove"), Address: at + "/remove"}}})
	}
	return q.list(p)
}

// usualTax is what a new rate begins with: today's law (reference/tax-and-law.md §1).
func (b *Backoffice) usualTax(kind string) taxes.Rate {
	r := taxes.Rate{Kind: taxes.VAT, Share: 1600, From: clock.DayOf(b.PlanClock.Now()), On: taxes.Taxable, Note: "VAT Act, Cap 476, s. 5(2)(b)"}
	if kind == string(taxes.Excise) {
		r.Kind, r.Share, r.On, r.Note = taxes.Excise, 1500, []taxes.Supply{taxes.Internet}, "Excise Duty Act 2015, First Schedule, Part II"
	}
	return r
}

func (b *Backoffice) theTax(q *request) (taxes.Rate, error) {
	if q.Params("id") == "" {
		kind := q.Query("kind")
		if q.Method() == post {
			kind = q.FormValue("kind")
		}
		return b.usualTax(kind), nil
	}
	id, err := q.idOf("id")
	if err != nil {
		return taxes.Rate{}, err
	}
	r, err := b.Taxes.Get(q.ctx, id)
	return r, hidden(err)
}

func (b *Backoffice) taxForm(q *request, r taxes.Rate) *formPage {
	texts := "office.tax_new."
	if r.ID != 0 {
		texts = "office.tax_edit."
	}
	p := q.asking(texts, "settings", "/office/taxes")
	p.Danger, p.Crumbs = false, []crumb{{p.T("office.nav.settings"), "/office/settings"}, {p.T("office.settings.taxes"), "/office/taxes"}}
	last := ""
	if r.Until != 0 {
		last = (r.Until - 1).String()
	}
	on := formField{Name: "on", Label: p.T("office.tax.on"), As: asTicks}
	for _, s := range taxes.Taxable {
		here := slices.Contains(r.On, s)
		if q.Method() == post {
			here = slices.Contains(q.values("on"), string(s))
		}
		on.Choices = append(on.Choices, choice{Name: p.T("office.tax.on_" + string(s)), Value: string(s), Here: here})
	}
	p.ask(formField{Name: "kind", Label: p.T("office.tax.kind"), As: asPick, Choices: chosen([]choice{{Name: p.T("office.tax.kind_vat"), Value: string(taxes.VAT)}, {Name: p.T("office.tax.kind_excise"), Value: string(taxes.Excise)}}, q.typedOr("kind", string(r.Kind)))},
		formField{Name: "share", Label: p.T("office.tax.percent"), Value: q.typedOr("share", r.Percent()), Most: 8, Must: true},
		formField{Name: "from", Label: p.T("office.tax.from"), As: asDay, Value: q.typedOr("from", r.From.String()), Must: true},
		formField{Name: "until", Label: p.T("office.tax.until"), Hint: p.T("office.tax.until_hint"), As: asDay, Value: q.typedOr("until", last)},
		on, formField{Name: "note", Label: p.T("office.tax.note"), Hint: p.T("office.tax.note_hint"), Value: q.typedOr("note", r.Note), Most: 200, Must: true})
	return p
}

func (b *Backoffice) askTax(q *request) error {
	r, err := b.theTax(q)
	if err != nil {
		return err
	}
	return q.showForm(b.taxForm(q, r))
}

func (q *request) typedTax(r taxes.Rate) (taxes.Rate, error) {
	var err error
	if r.Share, err = taxes.ReadPercent(q.FormValue("share")); err != nil {
		return r, err
	}
	wrong := fault.New(fault.Invalid, "tax.days")
	var ok bool
	if r.From, ok = clock.ParseDay(q.FormValue("from")); !ok {
		return r, wrong
	}
	r.Until = 0
	if last := q.FormValue("until"); last != "" {
		if r.Until, ok = clock.ParseDay(last); !ok {
			return r, wrong
		}
		r.Until++
	}
	r.Kind, r.Note, r.On = taxes.Kind(q.FormValue("kind")), q.FormValue("note"), nil
	for _, s := range q.values("on") {
		r.On = append(r.On, taxes.Supply(s))
	}
	return r, nil
}

var taxFields = map[string]string{"tax.kind": "kind", "tax.share": "share", "tax.days": "from", "tax.on": "on", "tax.note": "note", "tax.overlap": "from"}

func (b *Backoffice) saveTax(q *request) error {
	was, err := b.theTax(q)
	if err != nil {
		return err
	}
	r, err := q.typedTax(was)
	if err == nil {
		by := q.invoiceBy()
		_, err = b.Taxes.Save(q.ctx, r, taxes.By{Actor: by.Actor, From: by.From})
	}
	if err != nil {
		return q.refuse(err, "form", b.taxForm(q, was), taxFields[fault.KeyOf(err)])
	}
	q.tell("good", "office.tax.saved", "")
	return led("/office/taxes")
}

func (b *Backoffice) removeTaxForm(q *request, r taxes.Rate) *formPage {
	f := q.page("office.settings.taxes", "settings")
	return q.asking("office.tax_remove.", "settings", "/office/taxes", "Kind", f.T("office.tax.kind_"+string(r.Kind)), "Percent", r.Percent(), "From", words.DateOf(f.Lang, r.From))
}

func (b *Backoffice) askRemoveTax(q *request) error {
	r, err := b.theTax(q)
	if err != nil {
		return err
	}
	return q.showForm(b.removeTaxForm(q, r))
}

func (b *Backoffice) removeTax(q *request) error {
	r, err := b.theTax(q)
	if err != nil {
		return err
	}
	by := q.invoiceBy()
	if err := b.Taxes.Remove(q.ctx, r.ID, taxes.By{Actor: by.Actor, From: by.From}); err != nil {
		return q.refuse(err, "form", b.removeTaxForm(q, r), "")
	}
	q.tell("good", "office.tax.removed", "")
	return led("/office/taxes")
}
