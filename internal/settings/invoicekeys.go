package settings

import (
	"regexp"
	"slices"
)

// The keys of invoices.
const (
	InvoiceSeries   = "invoice.series"
	InvoicePrefix   = "invoice.prefix"
	InvoiceReview   = "invoice.review"
	InvoiceDueDays  = "invoice.due_days"
	InvoiceRound    = "invoice.round_cents"
	InvoiceProForma = "invoice.pro_forma"
	InvoiceRestore  = "invoice.restore_percent"
	InvoiceThrottle = "invoice.throttle_kbps"
)

// Values of the keys of invoices.
const (
	SeriesYear    = "year"
	SeriesRunning = "running"
	ReviewAll     = "review"
	ReviewNone    = "automatic"
	LabelProForma = "pro_forma"
	LabelInvoice  = "invoice"
)

var prefixShape = regexp.MustCompile(`^[A-Z][A-Z0-9]{0,7}$`)

func oneOf(values ...string) func(string) bool {
	return func(s string) bool { return slices.Contains(values, s) }
}

var invoiceKeys = []Key{
	{InvoiceSeries, SeriesYear, "whether numbers of invoices begin anew each year, or run on: year or running", oneOf(SeriesYear, SeriesRunning)},
	{InvoicePrefix, "INV", "what numbers of invoices begin with", prefixShape.MatchString},
	{InvoiceReview, ReviewNone, "whether somebody looks at drafts before they are issued: review or automatic", oneOf(ReviewAll, ReviewNone)},
	{InvoiceDueDays, "14", "days after which an invoice is due, where a customer has no other", between(0, 365)},
	{InvoiceRound, "100", "cents that the total of an invoice is rounded to; 1 for none", between(1, 10_000)},
	{InvoiceProForma, LabelProForma, "what an invoice without a control number of the tax authority is called: pro_forma or invoice", oneOf(LabelProForma, LabelInvoice)},
	{InvoiceRestore, "100", "percent of what is late that brings a customer back on line", between(1, 100)},
	{InvoiceThrottle, "512", "kbit/s of who is slowed because they pay late", between(64, 100_000)},
}
