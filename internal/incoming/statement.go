package incoming

import (
	"errors"
	"io"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"mtandao/internal/money"
)

// The kinds of a statement's lines.
const (
	LineIn         = "in"       // somebody paid
	LineReversal   = "reversal" // the rail took back what somebody had paid; Linked is the receipt of that money
	LineBack       = "back"     // the rail gave back what had left
	LineCharge     = "charge"
	LineChargeBack = "charge_back" // the rail gave back what it had charged
	LineOut        = "out"         // it left: to a bank, another till, a person
	LineOther      = "other"       // no money moved
)

// Charges are the kinds of lines that are about what the rail takes for itself.
var Charges = []string{LineCharge, LineChargeBack}

// StatementLine is one movement on a rail's own statement. Charges stand on lines of their own with the receipt of what they are for, so that receipt and
// kind together name a line.
type StatementLine struct {
	Row                             int
	Receipt, Kind                   string
	At                              time.Time
	In, Out, Balance                money.Amount
	HasBalance                      bool
	Linked                          string
	Details, Reason, Party, Account string
}

// Statement is what was read besides the lines.
type Statement struct {
	Read   int // rows below the headings
	Passed int // rows by which nothing moved: declined, cancelled, expired, sums
}

// statementColumns are the headings of M-Pesa's organisation statement (reference/mpesa.md §14).
var statementColumns = map[string][]string{
	"receipt": {"receipt no", "receipt number", "receipt", "transaction id"}, "done": {"completion time", "completed", "date", "transaction date"}, "begun": {"initiation time"},
	"details": {"details", "description"}, "status": {"transaction status", "status"}, "in": {"paid in", "credit"}, "out": {"withdrawn", "paid out", "debit"}, "balance": {"balance"},
	"reason": {"reason type", "transaction type"}, "party": {"other party info", "other party"}, "linked": {"linked transaction id", "linked transaction"}, "account": {"a/c no", "account no", "account"},
}

// Bounds of a statement.
const (
	mostPreamble   = 50                // rows before the headings
	mostMovedCents = 1_000_000_000_000 // of one line: the sum of mostRows of them can be counted
)

type statementReader struct {
	Statement
	zone      *time.Location
	at        map[string]int
	wide      int // columns up to the last that has a heading
	seen      int
	shortCode string
	to        StatementSink
}

// StatementSink is told what a statement says: Begin once, before the lines, with the short code that it says it is of ("" when it does not); Bad of a
// row that cannot be read.
type StatementSink struct {
	Begin func(shortCode string) error
	Line  func(StatementLine) error
	Bad   func(row int, why error)
}

// ReadMPesa reads M-Pesa's organisation statement, as CSV or XLSX, line by line. A row that cannot be read keeps no other from
// being read. fault.Invalid "incoming.no_statement" when it has no such headings, or as of cells.
func ReadMPesa(in io.Reader, zone *time.Location, to StatementSink) (Statement, error) {
	r := &statementReader{zone: zone, to: to}
	err := cells(in, isHeading, r.row)
	if err == nil && r.at == nil {
		err = noStatement()
	}
	return r.Statement, err
}

func noStatement() error {
	return invalid("incoming.no_statement", "Columns", "Receipt No., Completion Time, Paid In, Withdrawn")
}

var plainHeading = strings.NewReplacer("_", " ", ".", "", "\"", "", "-", " ")

func headingOf(s string) string {
	return strings.Join(strings.Fields(plainHeading.Replace(strings.ToLower(s))), " ")
}

// isHeading knows the line of headings by two of them.
func isHeading(line string) bool {
	line = headingOf(line)
	return strings.Contains(line, "receipt") && strings.Contains(line, "withdrawn")
}

func (r *statementReader) row(n int, row []string, wrong error) error {
	r.seen++
	if r.at == nil {
		return r.before(row)
	}
	cut := errors.Is(wrong, errUnended)
	if cut {
		wrong = nil
	}
	if wrong == nil && blank(row) {
		return nil
	}
	r.Read++
	if wrong != nil {
		r.to.Bad(n, wrong)
		return nil
	}
	l, counts, err := r.line(n, row)
	if cut && receiptBegun.MatchString(l.Receipt) && r.mayBeCut(row) {
		counts, err = false, invalid("incoming.cut_row", "Receipt", l.Receipt)
	}
	switch {
	case err != nil:
		r.to.Bad(n, err)
		return nil
	case !counts:
		r.Passed++
		return nil
	}
	return r.to.Line(l)
}

var shortCode = regexp.MustCompile(`\b\d{5,7}\b`)

// before reads a row above the table: the headings, or what the statement says of itself.
func (r *statementReader) before(row []string) error {
	if r.seen > mostPreamble {
		return noStatement()
	}
	if all := strings.Join(row, " "); strings.Contains(strings.ReplaceAll(strings.ToLower(all), " ", ""), "shortcode") && r.shortCode == "" {
		r.shortCode = shortCode.FindString(all)
	}
	if !isHeading(strings.Join(row, " ")) {
		return nil
	}
	r.at, r.wide = map[string]int{}, len(row)
	for r.wide > 0 && headingOf(row[r.wide-1]) == "" { // a program may have padded them
		r.wide--
	}
	for name, headings := range statementColumns {
		for n := len(row) - 1; n >= 0; n-- { // of two with one heading the first
			for _, h := range headings {
				if headingOf(row[n]) == h {
					r.at[name] = n
				}
			}
		}
	}
	for _, must := range []string{"receipt", "done", "in", "out"} {
		if _, ok := r.at[must]; !ok {
			return noStatement()
		}
	}
	return r.to.Begin(r.shortCode)
}

// receiptBegun is a receipt, or as much of one as stands before a cut: no closing note.
var receiptBegun = regexp.MustCompile(`^[A-Z0-9]{1,10}$`)

// wholeMoney is an amount that has all its digits.
var wholeMoney = regexp.MustCompile(`\.[0-9]{2}$`)

// mayBeCut says of a row in which the file ends whether an amount may have lost its end there.
func (r *statementReader) mayBeCut(row []string) bool {
	if len(row) < r.wide {
		return true
	}
	for _, name := range []string{"in", "out", "balance"} {
		if n, ok := r.at[name]; ok && n == r.wide-1 && row[n] != "" && !wholeMoney.MatchString(row[n]) {
			return true
		}
	}
	return false
}

func (r *statementReader) field(row []string, name string) string {
	if n, ok := r.at[name]; ok && n < len(row) {
		return row[n]
	}
	return ""
}

var (
	receiptForm    = regexp.MustCompile(`^[A-Z0-9]{10}$`)
	receiptIn      = regexp.MustCompile(`\b[A-Z0-9]{10}\b`)
	capitalLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
)

// isReceipt tells whether what stands in a column of receipts is one. Some are letters alone; a telephone number is none.
func isReceipt(s string) bool {
	return receiptForm.MatchString(s) && strings.ContainsAny(s, capitalLetters)
}

// receiptAmong finds a receipt in prose, other than that of the line itself: one with letters and digits, since a word may have ten letters; else one
// that is written in capital letters.
func receiptAmong(prose, own string) string {
	for _, one := range receiptIn.FindAllString(strings.ToUpper(prose), -1) {
		if one != own && isReceipt(one) && strings.ContainsAny(one, "0123456789") {
			return one
		}
	}
	for _, one := range receiptIn.FindAllString(prose, -1) {
		if one != own && isReceipt(one) {
			return one
		}
	}
	return ""
}

// line reads a row; false when nothing moved by it.
func (r *statementReader) line(n int, row []string) (l StatementLine, counts bool, err error) {
	l = StatementLine{Row: n, Receipt: strings.ToUpper(r.field(row, "receipt")), Details: r.field(row, "details"), Reason: r.field(row, "reason"), Party: r.field(row, "party"),
		Account: r.field(row, "account"), Linked: strings.ToUpper(r.field(row, "linked"))}
	if l.In, err = readMoved(r.field(row, "in")); err != nil {
		return l, false, err
	}
	if l.Out, err = readMoved(r.field(row, "out")); err != nil {
		return l, false, err
	}
	if l.Receipt == "" && l.In.IsZero() && l.Out.IsZero() {
		return l, false, nil // a sum, or a note at the end
	}
	if !isReceipt(l.Receipt) {
		return l, false, invalid("incoming.receipt", "Text", l.Receipt)
	}
	if status := strings.ToLower(r.field(row, "status")); status != "" && status != "completed" && status != "complete" && status != "success" {
		return l, false, nil
	}
	if l.In.IsPositive() && l.Out.IsPositive() {
		return l, false, invalid("incoming.both_ways")
	}
	if text := r.field(row, "balance"); text != "" {
		if l.Balance, err = readMoney(text); err != nil {
			return l, false, err
		}
		l.HasBalance = true
	}
	when := r.field(row, "done")
	if when == "" {
		when = r.field(row, "begun")
	}
	if l.At, err = r.time(when); err != nil {
		return l, false, err
	}
	l.Kind = lineKind(l)
	return l, true, l.link()
}

// readMoved reads what moved by a line: what left is written with a sign, or without. fault.Invalid "incoming.money".
func readMoved(text string) (money.Amount, error) {
	a, err := readMoney(text)
	a.Cents = max(a.Cents, -a.Cents)
	if err == nil && a.Cents > mostMovedCents {
		err = invalid("incoming.money", "Text", text)
	}
	return a, err
}

// time reads a time of the rail's, or the number of days that a workbook keeps for one.
func (r *statementReader) time(text string) (time.Time, error) {
	if days, err := strconv.ParseFloat(text, 64); err == nil && days > 30_000 && days < 80_000 {
		t, err := excelize.ExcelDateToTime(days, false)
		if err != nil {
			return t, invalid("incoming.time", "Text", text)
		}
		t = t.Round(time.Second)
		return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), 0, r.zone), nil
	}
	return readTime(text, r.zone, false)
}

func lineKind(l StatementLine) string {
	said := strings.ToLower(l.Details + " " + l.Reason)
	reversed, charge := strings.Contains(said, "revers"), strings.Contains(said, "charge") || strings.Contains(said, "tariff")
	switch {
	case charge && l.In.IsPositive():
		return LineChargeBack
	case reversed && l.In.IsPositive():
		return LineBack
	case charge:
		return LineCharge
	case reversed && l.Out.IsPositive():
		return LineReversal
	case l.In.IsPositive():
		return LineIn
	case l.Out.IsPositive():
		return LineOut
	}
	return LineOther
}

// link finds which money a reversal took back, where the column for it is missing or empty: its receipt stands in the details. fault.Invalid "incoming.no_link".
func (l *StatementLine) link() error {
	if !isReceipt(l.Linked) || l.Linked == l.Receipt {
		l.Linked = ""
	}
	if l.Kind != LineReversal || l.Linked != "" {
		return nil
	}
	if l.Linked = receiptAmong(l.Details+" "+l.Reason, l.Receipt); l.Linked != "" {
		return nil
	}
	return invalid("incoming.no_link", "Receipt", l.Receipt, "Amount", l.Out)
}
