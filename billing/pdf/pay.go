package pdf

import (
	"strings"

	"mtandao/internal/money"
	"mtandao/internal/paper"
)

// picture is a QR code with what stands beside it.
type picture struct {
	matrix *paper.Matrix
	size   paper.Length
}

func (d *drawing) encode(text string, size paper.Length) picture {
	if text == "" {
		return picture{}
	}
	m, err := paper.Encode(text)
	if err != nil && d.err == nil {
		d.err = err
	}
	return picture{m, size}
}

// panel is a frame with a heading, lines, and a code at the right.
func (d *drawing) panel(heading string, all []fact, lines []string, code picture) {
	const pad = 4 * paper.MM
	wide := room - 2*pad
	if code.matrix != nil {
		wide -= code.size + 4*paper.MM
	}
	var texts []string
	for _, s := range lines {
		texts = append(texts, paper.Regular.Lines(base, wide, s)...)
	}
	const label = 42 * paper.MM
	var names, values []string
	for _, f := range all {
		for n, line := range paper.Bold.Lines(110, wide-label, f.value) {
			name := ""
			if n == 0 {
				name = f.name
			}
			names, values = append(names, name), append(values, line)
		}
	}
	const step = 55 * paper.MM / 10
	high := 2*pad + 7*paper.MM + paper.Length(len(names))*step + paper.Length(len(texts))*leading
	high = max(high, code.size+2*pad)
	d.add(block{high: high, draw: func(y paper.Length) {
		d.out.Box(black, edge, y, room, high, paper.MM*6/10)
		at := y + pad + 3*paper.MM
		d.out.Text(paper.Bold, 110, black, edge+pad, at, heading)
		at += paper.MM
		for n := range names {
			at += step
			d.out.Text(paper.Regular, base, black, edge+pad, at, names[n])
			d.out.Text(paper.Bold, 110, black, edge+pad+label, at, values[n])
		}
		at += 2 * paper.MM
		for _, line := range texts {
			at += leading
			d.out.Text(paper.Regular, base, black, edge+pad, at, line)
		}
		if code.matrix != nil {
			d.out.Code(code.matrix, right-pad-code.size, y+pad, code.size)
		}
	}}, 5*paper.MM)
}

// pay says how to bring money: with the customer's own account number, so that it finds its way by itself.
func (d *drawing) pay(owed money.Amount) {
	p := d.Pay
	if p.empty() {
		return
	}
	var all []fact
	switch {
	case p.Paybill != "":
		all = facts(fact{d.say("pdf.pay.business"), p.Paybill}, fact{d.say("pdf.pay.account"), d.Account})
	case p.Till != "":
		all = facts(fact{d.say("pdf.pay.till"), p.Till})
	}
	if owed.IsPositive() && len(all) > 0 {
		all = append(all, fact{d.say("pdf.pay.amount"), sum(owed)})
	}
	var lines []string
	if p.Bank != "" {
		lines = append(lines, d.say("pdf.pay.bank", "Bank", strings.ReplaceAll(p.Bank, "\n", ", "), "Account", d.Account))
	}
	if p.Link != "" {
		lines = append(lines, d.say("pdf.pay.scan"), p.Link)
	}
	heading := d.say("pdf.pay.how")
	if p.Paybill != "" {
		heading = d.say("pdf.pay.paybill")
	} else if p.Till != "" {
		heading = d.say("pdf.pay.buy_goods")
	}
	d.panel(heading, all, lines, d.encode(p.Link, 28*paper.MM))
}

// control is the tax authority's word that a document is an invoice.
func (d *drawing) control(c Control) {
	if c.Number == "" {
		return
	}
	var lines []string
	if c.Link != "" {
		lines = append(lines, d.say("pdf.control.scan"))
	}
	d.panel(d.say("pdf.control"), []fact{{d.say("pdf.control.number"), c.Number}}, lines, d.encode(c.Link, 32*paper.MM))
}
