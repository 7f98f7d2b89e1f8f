package incoming

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"mtandao/internal/clock"
	"mtandao/internal/fault"
)

const statementHead = "Organization Name:,BARAKA NET LTD,,,\nShort Code:,600100,,,\nReport Date:,04-03-2027,,,\n,,,,\n" +
	"Receipt No.,Completion Time,Initiation Time,Details,Transaction Status,Paid In,Withdrawn,Balance,Balance Confirmed,Reason Type,Other Party Info,Linked Transaction ID,A/C No.\n"

const statementRows = `SKA0000001,03-03-2027 10:15:20,03-03-2027 10:15:19,Pay Bill from 254712***678 - JANE W,Completed,"1,000.00",,"5,000.00",true,Pay Utility,254712***678 - JANE W,,1234567
SKA0000001,03-03-2027 10:15:20,03-03-2027 10:15:19,Pay Bill Charge,Completed,,-5.00,"4,995.00",true,Pay Bill Charge,600100 - BARAKA,,
SKR0000001,03-03-2027 11:00:00,03-03-2027 11:00:00,"Pay Bill Reversal from 600100 to 254712***678 - ""JANE"" W",Completed,,"-1,000.00","3,995.00",true,Pay Bill Reversal,254712***678 - JANE W,SKA0000001,
SKR0000002,2027-03-03 11:05:00,,Reversal of transaction SKA0000002,Completed,,250,3745.00,true,Transaction Reversal,,,
SKR0000003,03/03/2027 11:06,,Pay Bill Charge Reversal,Completed,5.00,,3750,true,Charge Reversal,,SKA0000001,
SKB0000001,03-03-2027 12:00:00,,Organization Settlement to KCB,Completed,,"-3,000.00",750.00,true,Business to Business,247247 - KCB,,
SKA0000003,03-03-2027 12:01:00,,Pay Bill from 254,Declined,100.00,,750.00,true,Pay Utility,,,99
`

// heard is all that a statement said.
type heard struct {
	Statement
	code  string
	lines []StatementLine
	wrong int
	bad   map[int]string // by line
}

func hear(t testing.TB, body []byte) (heard, error) {
	h := heard{bad: map[int]string{}}
	st, err := ReadMPesa(bytes.NewReader(body), clock.Nairobi, StatementSink{
		Begin: func(code string) error { h.code = code; return nil },
		Line:  func(l StatementLine) error { h.lines = append(h.lines, l); return nil },
		Bad:   func(row int, why error) { h.wrong++; h.bad[row] = fault.KeyOf(why) },
	})
	h.Statement = st
	return h, err
}

func (h heard) wants(t *testing.T) {
	t.Helper()
	if h.code != "600100" || h.Read != 7 || h.Passed != 1 || len(h.bad) != 0 || len(h.lines) != 6 {
		t.Fatalf("%+v", h)
	}
	for n, want := range []struct {
		receipt, kind, linked string
		in, out               int64
	}{{"SKA0000001", LineIn, "", 1000_00, 0}, {"SKA0000001", LineCharge, "", 0, 5_00}, {"SKR0000001", LineReversal, "SKA0000001", 0, 1000_00}, {"SKR0000002", LineReversal, "SKA0000002", 0, 250_00},
		{"SKR0000003", LineChargeBack, "SKA0000001", 5_00, 0}, {"SKB0000001", LineOut, "", 0, 3000_00}} {
		if l := h.lines[n]; l.Receipt != want.receipt || l.Kind != want.kind || l.Linked != want.linked || l.In.Cents != want.in || l.Out.Cents != want.out || l.At.In(clock.Nairobi).Format("2006-01-02") != "2027-03-03" {
			t.Errorf("line %d: %+v, want %+v", n, l, want)
		}
	}
	if l := h.lines[0]; !l.At.Equal(time.Date(2027, 3, 3, 7, 15, 20, 0, time.UTC)) || l.Account != "1234567" || !l.HasBalance || l.Balance.Cents != 5000_00 {
		t.Errorf("%+v", l)
	}
}

// TestAStatementInEveryWriting is the same as CSV with commas or semicolons, packed, in UTF-16, and as a workbook of texts or of numbers and dates.
func TestAStatementInEveryWriting(t *testing.T) {
	plain := statementHead + statementRows
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, _ = z.Write([]byte(plain))
	_ = z.Close()
	wide := []byte{0xff, 0xfe}
	for _, r := range plain {
		wide = append(wide, byte(r), byte(r>>8))
	}
	for name, body := range map[string][]byte{"commas": []byte(plain), "a mark of UTF-8": []byte("\xef\xbb\xbf" + plain), "packed": packed.Bytes(), "UTF-16": wide, "lines as in Windows": []byte(strings.ReplaceAll(plain, "\n", "\r\n")),
		"semicolons": semicolons(plain), "a workbook of texts": workbook(t, plain, false), "a workbook of numbers": workbook(t, plain, true)} {
		t.Run(name, func(t *testing.T) {
			h, err := hear(t, body)
			if err != nil {
				t.Fatal(err)
			}
			h.wants(t)
		})
	}
}

func semicolons(plain string) []byte {
	quoted := false
	out := []byte(plain)
	for n, c := range out {
		if c == '"' {
			quoted = !quoted
		}
		if c == ',' && !quoted {
			out[n] = ';'
		}
	}
	return out
}

// workbook writes a table as XLSX; typed: with numbers and dates where a spreadsheet would keep such.
func workbook(t testing.TB, plain string, typed bool) []byte {
	file := excelize.NewFile()
	err := csvCells(strings.NewReader(plain), isHeading, func(line int, row []string, wrong error) error {
		for n, text := range row {
			at, err := excelize.CoordinatesToCellName(n+1, line)
			if err != nil {
				return err
			}
			var value any = text
			if amount, err := readMoney(text); typed && line > 5 && (n == 5 || n == 6 || n == 7) && text != "" && err == nil {
				value = float64(amount.Cents) / 100
			}
			if when, err := readTime(text, time.UTC, false); typed && line > 5 && n == 1 && err == nil {
				value = when
			}
			if err := file.SetCellValue("Sheet1", at, value); err != nil {
				return err
			}
		}
		return wrong
	})
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := file.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// TestBadRowsOfAStatement are named by their line and cause, and the others are read.
func TestBadRowsOfAStatement(t *testing.T) {
	h, err := hear(t, []byte(statementHead+`SKA0000001,03-03-2027 10:15:20,,Pay Bill,Completed,10,,,,,,,
short,03-03-2027 10:15:20,,Pay Bill,Completed,10,,,,,,,
SKA0000003,yesterday,,Pay Bill,Completed,10,,,,,,,
SKA0000004,03-03-2027 10:15:20,,Pay Bill,Completed,ten,,,,,,,
SKA0000005,03-03-2027 10:15:20,,Pay Bill,Completed,10,10,,,,,,
SKR0000006,03-03-2027 10:15:20,,Pay Bill Reversal to 254712345678,Completed,,10,,,,,,
1234567890,03-03-2027 10:15:20,,Pay Bill,Completed,10,,,,,,,
SKA0000008,03-03-2027 10:15:20,,Pay Bill,Completed,10,,x,,,,,

,,,,Total,70.00,,,,,,,
,,,,,,,,,,,,
SKA0000009,03-03-2027 10:15:20,,Pay Bill,Completed,10
SKA0000010,9999-12-31T23:59:59-12:00,,Pay Bill,Completed,10
SKA0000011,0000-01-01T00:00:00Z,,Pay Bill,Completed,10
SKA0000012,03-03-2027 10:15:20,,Pay Bill,Completed,92233720368547758.07
SKB0000013,03-03-2027 10:15:20,,Settlement,Completed,,-10000000000.01
`))
	if err != nil || len(h.lines) != 2 || h.lines[1].Receipt != "SKA0000009" {
		t.Fatalf("%+v, %v", h.lines, err)
	}
	want := map[int]string{7: "incoming.receipt", 8: "incoming.time", 9: "incoming.money", 10: "incoming.both_ways", 11: "incoming.no_link", 12: "incoming.receipt", 13: "incoming.money", 15: "incoming.receipt",
		18: "incoming.time", 19: "incoming.time", 20: "incoming.money", 21: "incoming.money"}
	if fmt.Sprint(h.bad) != fmt.Sprint(want) {
		t.Errorf("bad are %v, want %v", h.bad, want)
	}
}

// TestAStatementThatIsCutOff: wherever a download broke off before the last column of its last row, that row is no money of another amount.
func TestAStatementThatIsCutOff(t *testing.T) {
	whole := statementHead + strings.SplitAfter(statementRows, "\n")[0]
	last := "SKA0000009,03-03-2027 12:00:00,03-03-2027 12:00:00,Pay Bill,Completed,12500.00,,17500.00,true,Pay Utility,254712***678,,1234567"
	for n := 1; n < strings.LastIndex(last, ","); n++ {
		h, err := hear(t, []byte(whole+last[:n]))
		if err != nil || len(h.lines) != 1 || h.bad[7] != "incoming.cut_row" {
			t.Errorf("cut to %q: %+v, %v", last[:n], h, err)
		}
	}
	if h, err := hear(t, []byte(whole+last)); err != nil || len(h.lines) != 2 || h.lines[1].In.Cents != 12500_00 {
		t.Errorf("whole: %+v, %v", h, err)
	}
	for note, want := range map[string]string{"\x1a": "incoming.receipt", "End of report": "incoming.receipt"} { // of files that are whole
		if h, err := hear(t, []byte(whole+last+"\r\n"+note)); err != nil || len(h.lines) != 2 || len(h.bad) != 1 || h.bad[8] != want {
			t.Errorf("closing with %q: %+v, %v", note, h, err)
		}
	}
	padded := strings.Replace(whole, "A/C No.\n", "A/C No.,,\n", 1)
	if h, err := hear(t, []byte(padded+last)); err != nil || len(h.lines) != 2 || len(h.bad) != 0 {
		t.Errorf("padded: %+v, %v", h, err)
	}
}

// TestAStatementThatIsCutInItsLastColumn: one whose columns end with an amount is believed at its end when that amount has all its digits.
func TestAStatementThatIsCutInItsLastColumn(t *testing.T) {
	const head, row = "Receipt No.,Completion Time,Paid In,Withdrawn\n", "SKB0000001,03-03-2027 12:01:00,,-3000.00"
	for n := strings.Index(row, "-3000") + 2; n < len(row); n++ {
		if h, err := hear(t, []byte(head+row[:n])); err != nil || len(h.lines) != 0 || h.bad[2] != "incoming.cut_row" {
			t.Errorf("cut to %q: %+v, %v", row[:n], h, err)
		}
	}
	for _, end := range []string{"", "\n"} {
		if h, err := hear(t, []byte(head+row+end)); err != nil || len(h.lines) != 1 || h.lines[0].Out.Cents != 3000_00 {
			t.Errorf("whole with %q: %+v, %v", end, h, err)
		}
	}
}

// TestReceiptsOfLettersAlone are receipts where receipts stand; in prose a word of ten letters is none while one with digits stands there, nor one that is not in capitals.
func TestReceiptsOfLettersAlone(t *testing.T) {
	h, err := hear(t, []byte(statementHead+`UKRWETTDGM,03-03-2027 10:15:20,,Pay Bill,Completed,10,,,,,,,
SKR0000001,03-03-2027 10:15:20,,Pay Bill Reversal,Completed,,10,,,,,UKRWETTDGM,
SKR0000002,03-03-2027 10:15:20,,Pay Bill Reversal for Subscriber of UKRWETTDGM,Completed,,10,,,,,,
SKR0000003,03-03-2027 10:15:20,,Pay Bill Reversal SETTLEMENT ska0000001,Completed,,10,,,,,,
SKR0000004,03-03-2027 10:15:20,,Pay Bill Reversal for Subscriber,Completed,,10,,,,,,
`))
	if err != nil || len(h.lines) != 4 || fmt.Sprint(h.bad) != "map[10:incoming.no_link]" {
		t.Fatalf("%+v, %v", h, err)
	}
	if h.lines[0].Receipt != "UKRWETTDGM" || h.lines[1].Linked != "UKRWETTDGM" || h.lines[2].Linked != "UKRWETTDGM" || h.lines[3].Linked != "SKA0000001" {
		t.Errorf("%+v", h.lines)
	}
}

// TestWhatIsNoStatement is refused, and says what is missing.
func TestWhatIsNoStatement(t *testing.T) {
	for name, want := range map[string]string{
		"": "incoming.no_statement", "a,b,c\n1,2,3\n": "incoming.no_statement", strings.Repeat("x,y\n", 80) + statementHead: "incoming.no_statement", "%PDF-1.4 x": "incoming.not_table",
		"\xd0\xcf\x11\xe0\xa1\xb1": "incoming.not_table", "<html><table>": "incoming.not_table", "PK\x03\x04not a workbook": "incoming.torn", "Receipt No.,Withdrawn\nSKA0000001,5\n": "incoming.no_statement",
	} {
		if _, err := hear(t, []byte(name)); fault.KeyOf(err) != want {
			t.Errorf("%.20q: %v, want %s", name, err, want)
		}
	}
	empty, err := hear(t, []byte(statementHead))
	if err != nil || empty.Read != 0 {
		t.Errorf("%+v, %v", empty, err)
	}
	huge := &bytes.Buffer{}
	z := gzip.NewWriter(huge)
	_, _ = z.Write([]byte(statementHead))
	for range mostStreamed/len(statementRows) + 2 {
		_, _ = z.Write([]byte(statementRows))
	}
	_ = z.Close()
	if _, err := hear(t, append([]byte{}, huge.Bytes()...)); fault.KeyOf(err) != "incoming.too_large" {
		t.Error("a file that grows without end was read")
	}
}

// FuzzStatement: nothing that somebody uploads makes the program fall, and what is read adds up.
func FuzzStatement(f *testing.F) {
	f.Add([]byte(statementHead + statementRows))
	f.Add(semicolons(statementHead + statementRows))
	f.Add(workbook(f, statementHead+statementRows, true))
	f.Add([]byte("Receipt No.,Completion Time,Paid In,Withdrawn\n\"SKA0000001,03-03-2027,5\n"))
	f.Fuzz(func(t *testing.T, body []byte) {
		h, err := hear(t, body)
		if err != nil {
			if !fault.Is(err, fault.Invalid) {
				t.Fatal(err)
			}
			return
		}
		if h.Read != len(h.lines)+h.wrong+h.Passed {
			t.Fatalf("%d rows, %d lines, %d wrong, %d passed", h.Read, len(h.lines), h.wrong, h.Passed)
		}
		for _, l := range h.lines {
			if !receiptForm.MatchString(l.Receipt) || l.In.Cents < 0 || l.Out.Cents < 0 || max(l.In.Cents, l.Out.Cents) > mostMovedCents || l.Kind == "" || !keepable(l.At) || l.Kind == LineReversal && l.Linked == "" {
				t.Fatalf("%+v", l)
			}
		}
	})
}
