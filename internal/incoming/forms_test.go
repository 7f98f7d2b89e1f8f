package incoming

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"mtandao/internal/fault"
	"mtandao/internal/sim/panels"
)

func packed(t testing.TB, text string) string {
	t.Helper()
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	if _, err := io.WriteString(z, text); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// wide is a text as PowerShell writes what a program says.
func wide(text string) string {
	var b strings.Builder
	b.WriteString("\xff\xfe")
	for _, u := range utf16.Encode([]rune(text)) {
		b.WriteByte(byte(u))
		b.WriteByte(byte(u >> 8))
	}
	return b.String()
}

func dumpOf(customers int) string {
	var out strings.Builder
	panels.WritePHPNuxBill(&out, customers, 5)
	return out.String()
}

// TestADumpInAnyForm: packed, with a mark, in UTF-16, with the ends of lines of Windows, and in Latin-1, a dump says the same.
func TestADumpInAnyForm(t *testing.T) {
	plain := dumpOf(40)
	want, err := ReadPHPNuxBill(strings.NewReader(plain), nairobi)
	if err != nil {
		t.Fatal(err)
	}
	latin := strings.NewReplacer("ũ", "u").Replace(plain)
	for form, text := range map[string]string{"gzip": packed(t, plain), "a mark": "\xef\xbb\xbf" + plain, "UTF-16": wide(plain), "gzip of UTF-16": packed(t, wide(plain)), "Windows": strings.ReplaceAll(plain, "\n", "\r\n"),
		"Latin-1": strings.ReplaceAll(latin, "Kasarani, house", "Kasarani\xe9, house")} {
		b, err := ReadPHPNuxBill(strings.NewReader(text), nairobi)
		if err != nil {
			t.Errorf("%s: %v", form, err)
			continue
		}
		accounted(t, b)
		if len(b.Customers) != len(want.Customers) || len(b.Refused) != len(want.Refused) || b.Customers[1].Subscriptions[0].Password != want.Customers[1].Subscriptions[0].Password {
			t.Errorf("%s: %d customers, %d refused", form, len(b.Customers), len(b.Refused))
		}
		if form == "Latin-1" && !strings.HasPrefix(b.Customers[0].Address, "Kasaranié") {
			t.Errorf("%q", b.Customers[0].Address)
		}
	}
	table := "name,login,password,plan\nAmina,a,x,G\n"
	for form, text := range map[string]string{"gzip": packed(t, table), "UTF-16": wide(table)} {
		if b, err := ReadCSV(strings.NewReader(text), CSVOptions{Zone: nairobi}); err != nil || len(b.Customers) != 1 {
			t.Errorf("%s: %+v %v", form, b, err)
		}
	}
	var export strings.Builder
	panels.WriteExport(&export, 9)
	if b, err := ReadRouter(strings.NewReader(packed(t, export.String())), "R", nairobi); err != nil || len(b.Customers) == 0 {
		t.Errorf("%+v %v", b, err)
	}
}

// TestADumpThatIsCutShort: wherever it ends, it is refused with the line, and never taken for the whole.
func TestADumpThatIsCutShort(t *testing.T) {
	whole := dumpOf(30)
	for cut := range 300 {
		at := len(whole) * cut / 300
		if cut == 299 {
			at = strings.LastIndex(whole, "-- Dump completed")
		}
		_, err := ReadPHPNuxBill(strings.NewReader(whole[:at]), nairobi)
		if key := fault.KeyOf(err); key != "incoming.torn" && !(key == "incoming.no_table" && at < 30) {
			t.Fatalf("cut at %d of %d: %v", at, len(whole), err)
		}
	}
	zipped := packed(t, whole)
	for cut := 3; cut < len(zipped); cut += len(zipped) / 40 {
		if _, err := ReadPHPNuxBill(strings.NewReader(zipped[:cut]), nairobi); fault.KeyOf(err) != "incoming.torn" {
			t.Errorf("packed, cut at %d of %d: %v", cut, len(zipped), err)
		}
	}
	if _, err := ReadPHPNuxBill(strings.NewReader("INSERT INTO `tbl_plans` VALUES (1,'a'),\n(2,'b"), nairobi); err == nil || !strings.Contains(fmt.Sprint(err), "line 2") && fault.KeyOf(err) != "incoming.torn" {
		t.Error(err)
	}
}

// TestNoFileTakesForever: what is made to be hard to read is read, or refused, about as fast as any other file of its size.
func TestNoFileTakesForever(t *testing.T) {
	const n = 400_000
	hostile := map[string]string{
		"columns put after others": "CREATE TABLE tbl_plans (`a` int);ALTER TABLE tbl_plans " + strings.Repeat("ADD `b` int AFTER `a`,", n/20) + ";",
		"brackets":                 "CREATE TABLE tbl_plans (`a` int);INSERT INTO tbl_plans VALUES " + strings.Repeat("(", n),
		"columns":                  "CREATE TABLE tbl_plans (" + strings.Repeat("`a` int,", n/8) + "`b` int);",
		"rows":                     "CREATE TABLE tbl_plans (`a` int);INSERT INTO tbl_plans VALUES " + strings.Repeat("(1),", n/4) + "(1);",
		"escapes":                  "INSERT INTO tbl_plans VALUES ('" + strings.Repeat(`\'`, n/2) + "');",
		"one line":                 strings.Repeat("x", n),
		"users":                    panels.RadiusSchema + "INSERT INTO radreply VALUES " + strings.Repeat("(1,'u','Mikrotik-Rate-Limit',':=','1k/1k'),", n/40) + "(1,'u','a','=','b');",
	}
	speeds := panels.RadiusSchema
	for i := range n / 100 { // each with a speed of its own
		speeds += fmt.Sprintf("INSERT INTO radcheck VALUES (%d,'u%d','Cleartext-Password',':=','x');INSERT INTO radreply VALUES (%d,'u%d','Mikrotik-Rate-Limit',':=','%dk/%dk');\n", i, i, i, i, i+1, i+2)
	}
	hostile["speeds"] = speeds
	for name, text := range hostile {
		began := time.Now()
		for _, read := range []func(io.Reader, *time.Location) (*Batch, error){ReadPHPNuxBill, ReadFreeRADIUS, func(in io.Reader, zone *time.Location) (*Batch, error) { return ReadRouter(in, "R", zone) },
			func(in io.Reader, zone *time.Location) (*Batch, error) {
				return ReadCSV(in, CSVOptions{Zone: zone})
			}} {
			_, _ = read(strings.NewReader(text), nairobi)
		}
		for _, export := range []string{"/ppp secret add " + strings.Repeat("a=b ", n/4), "/ppp secret add " + strings.Repeat("a ", n/2), "/ppp secret add " + strings.Repeat("[a]", n/3), strings.Repeat("\\\n", n/2), "/" + strings.Repeat("x ", n/2)} {
			if _, err := ReadRouter(strings.NewReader(export), "R", nairobi); err != nil {
				t.Errorf("%v", err)
			}
		}
		if took := time.Since(began); took > 20*time.Second {
			t.Errorf("%s took %v", name, took)
		}
	}
}
