package pdf

import "mtandao/internal/paper"

// PDF is the document; faults as for an invoice.
func (r Receipt) PDF() ([]byte, error) {
	if err := r.check(); err != nil {
		return nil, err
	}
	d := begin(r.Common, "")
	r.normal(d)
	d.Common, d.title = r.Common, d.say("pdf.title.receipt")
	all := facts(fact{d.say("pdf.received_on"), d.day(r.Day)}, fact{d.say("pdf.how"), d.given(r.How)}, fact{d.say("pdf.reference"), d.given(r.Reference)},
		fact{d.say("pdf.payer"), d.given(r.By)}, fact{d.say("pdf.account"), d.Account})
	first := func() paper.Length {
		y := d.parties(d.masthead(d.title, ""), all)
		if r.Void != "" {
			return d.banner(y, d.say("pdf.returned"), sum(r.Amount), "")
		}
		return d.banner(y, d.say("pdf.received"), sum(r.Amount), "")
	}
	if r.Void != "" {
		d.prose(d.say("pdf.returned"), d.given(r.Void))
		d.prose(d.say("pdf.notes"), d.Notes)
		return d.write(first)
	}
	if len(r.Parts) > 0 {
		r.parts(d)
	}
	if r.Balanced {
		if r.Balance.Cents < 0 {
			d.total(d.say("pdf.credit_after"), sum(r.Balance.Neg()), true, false)
		} else {
			d.total(d.say("pdf.owed_after"), sum(r.Balance), true, false)
		}
	}
	if r.Balance.IsPositive() {
		d.pay(r.Balance)
	}
	d.prose(d.say("pdf.notes"), d.Notes)
	return d.write(first)
}

func (r Receipt) parts(d *drawing) {
	columns := []column{
		{x: edge, wide: 130 * paper.MM, name: d.say("pdf.went")},
		{x: right, wide: 40 * paper.MM, right: true, name: d.say("pdf.amount", "Currency", r.Amount.Currency)},
	}
	var cells [][]cell
	var sums []string
	var s sumsSoFar
	for _, p := range r.Parts {
		cells = append(cells, []cell{{text: d.given(p.Text)}, {text: figure(p.Amount)}})
		sums = append(sums, figure(s.add(p.Amount)))
	}
	d.rows(columns, cells, sums)
	d.space(3 * paper.MM)
	d.total(d.say("pdf.total"), sum(r.Amount), true, false)
}
