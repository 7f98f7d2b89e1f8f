package invoices

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"mtandao/billing/ledger"
	"mtandao/billing/taxes"
	"mtandao/internal/clock"
	"mtandao/internal/fault"
	"mtandao/internal/money"
)

// Kind is what a document is.
type Kind string

// The kinds. A credit note's amounts are below zero. A pro forma asks for money before there is a debt: it is not in the books.
const (
	Invoice  Kind = "invoice"
	Note     Kind = "credit"
	ProForma Kind = "proforma"
)

// States of a document.
const (
	Review    = "review"      // waits for somebody to look at it
	Draft     = "draft"       // will be issued by itself
	Parked    = "parked"      // could not be made or issued; Why says why
	Issued    = "issued"      // has a number, and something is open
	Paid      = "paid"        // nothing is open: paid, or nothing was asked
	Void      = "void"        // credited in full
	Written   = "written_off" // what was open will not be paid
	Gathering = "gathering"   // waits for the others of its payer's one bill
	Gathered  = "gathered"    // is a part of that bill
	Nothing   = "nothing"     // the period costs nothing, and no document is sent
	Dropped   = "dropped"     // looked at and thrown away before it had a number
	Asked     = "asked"       // a pro forma that has its number
	Credited  = "credited"    // a credit note that has its number
)

// Document is an invoice, a credit note or a pro forma. Amounts are cents; Gross = Net + Excise + VAT; of an invoice with a number
// Open = Gross − Paid − Credited − Written. Cause is what it was made for, once.
type Document struct {
	ID, CustomerID, SubscriptionID int64
	Kind                           Kind
	State, Cause, Series           string
	Number                         int64
	Period                         Period
	OfID                           int64 // the invoice that a credit note takes from
	Net, Excise, VAT, Gross        int64
	Paid, Credited, Written, Open  int64
	PONumber, Why                  string
	Day, DueDay                    clock.Day
	ControlNumber, ControlQR       string
	By                             string
	Line                           string // whose line it bills, and where that is; empty: none
	CreatedAt, IssuedAt            time.Time
	Lines                          []Line
	Parts                          []Part // of a bill of several lines, and of a note of one, in the order of its lines
	linesHash                      string
	childID                        int64 // of a part that waits
	whose                          string
}

// Text is its number as people read it: "INV-2026-000123"; empty before it has one.
func (d Document) Text() string {
	if d.Number == 0 {
		return ""
	}
	return fmt.Sprintf("%s-%06d", d.Series, d.Number)
}

// PartPaid says whether some of it is paid and some is not.
func (d Document) PartPaid() bool { return d.State == Issued && d.Open < d.Gross }

// LateBy is how many days it is late on a day; 0 when it is not.
func (d Document) LateBy(today clock.Day) int {
	if d.State != Issued || today <= d.DueDay {
		return 0
	}
	return int(today - d.DueDay)
}

const (
	longestPO   = 40
	longestNote = 200
	mostLines   = 1_000
)

// check refuses a document that must not get a number: fault.Invalid "invoice.sums" or "invoice.lines".
func (d Document) check() error {
	var b Bill
	for _, l := range d.Lines {
		if l.Net+l.Excise+l.VAT != l.Gross {
			return fault.New(fault.Invalid, "invoice.sums")
		}
		b.add(l)
	}
	switch {
	case len(d.Lines) == 0 || len(d.Lines) > mostLines && len(d.Parts) == 0:
		return fault.New(fault.Invalid, "invoice.lines")
	case b.Net != d.Net || b.Excise != d.Excise || b.VAT != d.VAT || b.Gross != d.Gross || (d.Kind == Note) != (d.Gross < 0):
		return fault.New(fault.Invalid, "invoice.sums")
	case hashOf(d.Lines) != d.linesHash:
		return fault.New(fault.Invalid, "invoice.sums")
	}
	return nil
}

// with gives a document its lines and their sums.
func (d Document) with(b Bill) Document {
	d.Lines, d.Net, d.Excise, d.VAT, d.Gross = b.Lines, b.Net, b.Excise, b.VAT, b.Gross
	d.linesHash = hashOf(b.Lines)
	return d
}

// hashOf is written without package fmt: each line of a bill run is hashed when it is drafted and when it is issued.
func hashOf(lines []Line) string {
	var all []byte
	text := func(parts ...string) {
		for _, part := range parts {
			all = append(strconv.AppendInt(all, int64(len(part)), 10), ':')
			all = append(append(all, part...), ';')
		}
	}
	numbers := func(parts ...int64) {
		for _, part := range parts {
			text(strconv.FormatInt(part, 10))
		}
	}
	for _, l := range lines {
		text(l.Key, l.Name, l.Why, "["+strings.Join(l.Args, " ")+"]", string(l.Supply))
		numbers(int64(l.PeriodDay), int64(l.From), int64(l.Until), l.Quantity, l.Amount)
		text(strconv.FormatBool(l.Inclusive), strconv.FormatBool(l.Correction), l.Charge)
		numbers(l.Net, l.Excise, l.VAT, l.Gross, l.ExciseShare, l.VATShare)
		if l.Part != 0 {
			numbers(l.Part)
		}
	}
	sum := sha256.Sum256(all)
	return hex.EncodeToString(sum[:])[:40]
}

// proof is the digest of an issued document in the books.
func (d Document) proof() string {
	sum := sha256.New()
	for _, part := range []any{d.ID, d.Kind, d.Cause, d.CustomerID, d.SubscriptionID, d.Series, d.Number, int(d.Period.From), int(d.Period.Until), d.OfID, d.Net, d.Excise, d.VAT, d.Gross,
		d.PONumber, int(d.Day), int(d.DueDay), d.By, d.Line, d.linesHash} {
		text := fmt.Sprint(part)
		fmt.Fprintf(sum, "%d:%s;", len(text), text)
	}
	if d.ofFamily() {
		for _, p := range d.Parts {
			text := fmt.Sprint(p)
			fmt.Fprintf(sum, "%d:%s;", len(text), text)
		}
	}
	return hex.EncodeToString(sum.Sum(nil))[:40]
}

// Kinds of entries in the books.
const (
	entryInvoice = "invoice"
	entryNote    = "credit note"
	entryWritten = "write-off"
)

func (d Document) source() string { return fmt.Sprintf("invoice:%d", d.ID) }

func party(customerID int64) string { return fmt.Sprintf("customer:%d", customerID) }

// accounts of supplies; what a Levy is depends on the line.
var incomeOf = map[taxes.Supply]string{taxes.Internet: ledger.InternetSales, taxes.Equipment: ledger.EquipmentSales, taxes.Labour: ledger.LabourSales, taxes.Levy: ledger.FeeIncome}

// DepositLine is the key of a deposit's line: held, and no income.
const DepositLine = "deposit"

// entry is what a document says in the books.
func (d Document) entry(at time.Time) ledger.Entry {
	kind := entryInvoice
	if d.Kind == Note {
		kind = entryNote
	}
	e := ledger.Entry{Kind: kind, Source: d.source(), At: at, Memo: d.Text(), Proof: d.proof()}
	e.Postings = append(e.Postings, ledger.Posting{Account: ledger.Receivables, Party: party(d.CustomerID), Amount: money.KES(d.Gross)})
	income := map[ledger.Posting]int64{}
	var order []ledger.Posting
	for _, l := range d.Lines {
		to := d.accountOf(l)
		if _, seen := income[to]; !seen {
			order = append(order, to)
		}
		income[to] += l.Net
	}
	for _, to := range order {
		to.Amount = money.KES(-income[ledger.Posting{Account: to.Account, Party: to.Party}])
		e.Postings = append(e.Postings, to)
	}
	if d.Excise != 0 {
		e.Postings = append(e.Postings, ledger.Posting{Account: ledger.ExcisePayable, Amount: money.KES(-d.Excise)})
	}
	if d.VAT != 0 {
		e.Postings = append(e.Postings, ledger.Posting{Account: ledger.VATPayable, Amount: money.KES(-d.VAT)})
	}
	return e
}

func shortText(s string, most int) bool {
	return utf8.ValidString(s) && utf8.RuneCountInString(s) <= most
}
