package backoffice

import (
	"mtandao/billing/billdesk"
	"mtandao/billing/invoices"
)

// billOfPartsCell says of one bill of several lines how many these are, and names the first of them.
func billOfPartsCell(f *frame, d billdesk.Document, address string) cell {
	c := cell{Text: f.T("office.billrun.one_bill", "Count", d.PartCount), Address: address}
	for _, part := range d.Parts {
		c.Facts = append(c.Facts, part.Line+": "+kes(part.Cents))
	}
	if more := d.PartCount - int64(len(d.Parts)); more > 0 {
		c.Facts = append(c.Facts, f.T("office.billrun.more_lines", "Count", more))
	}
	return c
}

// previewedBill lists the parts of one bill of several lines that a preview names, each with what it is for.
func (b *Backoffice) previewedBill(q *request, p *recordPage, r billdesk.Run) error {
	n := idIn(q.Query("bill"))
	found, err := b.BillRuns.Documents(q.ctx, r.ID, "", n-1, 1)
	if err != nil {
		return err
	}
	if n <= 0 || len(found) == 0 || found[0].N != n || found[0].PartCount == 0 {
		return notHere()
	}
	bill := found[0]
	parts, err := b.BillRuns.Parts(q.ctx, r.ID, n, idIn(q.Query("after")), mostRows+1)
	if err != nil {
		return err
	}
	names, err := b.Invoices.Names(q.ctx, []int64{bill.CustomerID})
	if err != nil {
		return err
	}
	one := card{Name: p.T("office.billrun.bill_of", "Name", names[bill.CustomerID]), Lead: p.T("office.billrun.one_bill", "Count", bill.PartCount) + ", " + kes(bill.Cents), Acts: []act{{Name: p.T("office.billrun.all_bills"), Address: billRunAddress(r.ID)}},
		Table: &table{Columns: []column{{Name: p.T("office.billrun.line")}, {p.T("office.invoice.period"), "when"}, {p.T("office.account.what"), "says"}, {p.T("office.amount"), "num"}}}}
	if len(parts) > mostRows {
		parts = parts[:mostRows]
		one.Older = q.with("after", number(parts[mostRows-1].N))
	}
	for _, part := range parts {
		one.Table.add(cell{Text: part.Line, Address: q.reachable(lineAt(part.SubscriptionID))}, cell{Text: span(p.Lang, invoices.Period{From: part.From, Until: part.Until})}, documentCell(&p.frame, part.Lines, nil), cell{Text: kes(part.Cents)})
	}
	p.add(one)
	return nil
}
