package papers

import (
	"fmt"
	"testing"

	"mtandao/billing/invoices"
	"mtandao/billing/taxes"
	"mtandao/internal/db"
	"mtandao/internal/jobs"
	"mtandao/internal/money"
	"mtandao/internal/settings"
	"mtandao/internal/testdb"
	"mtandao/internal/words"
)

// BenchmarkIssued is what an issued invoice costs until its messages are written: the paper, and a message to each of two contacts.
func BenchmarkIssued(b *testing.B) {
	for _, dialect := range []string{db.SQLite, db.MySQL} {
		b.Run(dialect, func(b *testing.B) {
			d := testdb.Open(b, dialect)
			w := newWorld(b, d)
			w.setting(settings.PaperInvoice, settings.ByNone) // its own job does nothing
			c := w.customer(words.English)
			var all []jobs.Job
			for n := range b.N {
				doc, err := w.Invoices.Write(w.ctx, invoices.NewDocument{Request: idText(int64(n)), Kind: invoices.Invoice, CustomerID: c.ID,
					Lines: []invoices.NewLine{{Name: "Internet", Supply: taxes.Internet, Quantity: 1, Amount: money.Shillings(10)}}}, invoices.By{Actor: "clerk"})
				if err == nil {
					doc, err = w.Invoices.IssueOne(w.ctx, doc.ID)
				}
				if err != nil {
					b.Fatal(err)
				}
				all = append(all, jobs.Job{Fact: invoices.FactIssued, Key: idText(doc.ID), Payload: fmt.Appendf(nil, `{"InvoiceID":%d,"CustomerID":%d}`, doc.ID, c.ID)})
			}
			w.setting(settings.PaperInvoice, settings.ByBoth)
			b.ResetTimer()
			for _, j := range all {
				if err := w.issued(w.ctx, j); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkFile is what it costs to make the PDF of a paper.
func BenchmarkFile(b *testing.B) {
	w := newWorld(b, testdb.SQLite(b))
	c := w.customer(words.English)
	d := w.issue("a", c.ID, 1000)
	p, err := w.OfDocument(w.ctx, d.ID)
	if err != nil {
		b.Fatal(err)
	}
	b.ResetTimer()
	for range b.N {
		if _, err := w.File(w.ctx, p); err != nil {
			b.Fatal(err)
		}
	}
}
