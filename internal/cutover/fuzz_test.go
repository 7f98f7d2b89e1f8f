package cutover

import (
	"strings"
	"testing"
	"unicode/utf8"

	"mtandao/internal/fault"
	"mtandao/internal/incoming"
	"mtandao/internal/sim/panels"
	"mtandao/internal/testdb"
)

// FuzzPreview tells what a table would do, whatever is in it: each row has one verdict, the account can be kept and read, no password is in it, and
// nothing is written.
func FuzzPreview(f *testing.F) {
	h := newHouse(f, testdb.SQLite(f))
	f.Add(people)
	f.Add("name,login,password,plan,router,expiry,balance,price\nAmina,amina,mango,Home 10,Kasarani,2026-12-01,-300.50,\nAmina,amina,mango,Gold,Nowhere,x,5,0\n")
	f.Fuzz(func(t *testing.T, text string) {
		b, err := incoming.ReadCSV(strings.NewReader(text), incoming.CSVOptions{Zone: nairobi})
		if err != nil {
			return
		}
		wish := h.wish()
		wish.Make = true
		r, err := h.Preview(ctx, b, wish)
		if err != nil {
			if k := fault.KindOf(err); k != fault.Invalid && k != fault.Conflict {
				t.Fatal(err)
			}
			return
		}
		told := accountOf(r)
		judged := 0
		for _, n := range told.Tally["customer"] {
			judged += n
		}
		if judged != len(b.Customers) {
			t.Errorf("%d verdicts of %d customers: %v", judged, len(b.Customers), told.Tally)
		}
		body, err := pack(told.Account)
		var again Account
		if err == nil {
			err = unpack(body, &again)
		}
		if err != nil || again.Opened != told.Opened {
			t.Error(again, err)
		}
		h.untouched(t)
	})
}

// FuzzKeptReason: a fault that is kept is told again as it was.
func FuzzKeptReason(f *testing.F) {
	f.Add("cutover.router_silent", "Router", "Kasarani")
	f.Add("incoming.no_column", "Column", "\xff\"\\")
	f.Fuzz(func(t *testing.T, key, name, value string) {
		if !utf8.ValidString(key) || !utf8.ValidString(name) || !utf8.ValidString(value) { // JSON keeps text
			return
		}
		row := sourceRow{Reason: reasonText(fault.New(fault.Conflict, key, name, value)), Asked: "{}"}
		s, err := row.source()
		if err != nil || key != "" && fault.KeyOf(s.Reason) != key {
			t.Errorf("%q became %v: %v", key, s.Reason, err)
		}
	})
}

// FuzzFileName: whatever a browser calls a file, it is a short name without a path.
func FuzzFileName(f *testing.F) {
	f.Add(`C:\Users\Asha\people.csv`)
	f.Add("../../etc/passwd\x00")
	f.Fuzz(func(t *testing.T, name string) {
		got := fileName(name)
		if utf8.RuneCountInString(got) > longestName || !utf8.ValidString(got) || strings.ContainsAny(got, `\`) || strings.Contains(got, "/") && got != "/" {
			t.Errorf("%q became %q", name, got)
		}
	})
}

// FuzzSource tells what a file of any panel or router would do, as the page has it told: each customer has one verdict, what is told can be kept and
// read, row by row, and nothing comes in.
func FuzzSource(f *testing.F) {
	h := newHouse(f, testdb.SQLite(f))
	var nux, export strings.Builder
	panels.WritePHPNuxBill(&nux, 4, 1)
	panels.WriteExport(&export, 6)
	radius, _ := panels.FreeRADIUS(6)
	for n, file := range []string{nux.String(), export.String(), radius, people} {
		f.Add(uint8(n), file)
	}
	f.Fuzz(func(t *testing.T, kind uint8, file string) {
		if h.TB = t; file == "" {
			return
		}
		asked := h.asked(SourceKinds[int(kind)%len(SourceKinds)])
		if asked.Kind == FromRouter {
			asked.Router = "Kasarani"
		}
		s, err := h.desk.Bring(ctx, asked, "file", strings.NewReader(file), asha)
		if err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := h.desk.Drop(ctx, s.ID, asha); err != nil {
				t.Error(err)
			}
		}()
		told, to, err := h.desk.work(ctx, s)
		if err != nil {
			if !keeps(err) {
				t.Fatal(err)
			}
			if err := h.desk.stop(ctx, s, err); err != nil {
				t.Fatal(err)
			}
			return
		}
		if err := h.desk.ended(ctx, s, to, told); err != nil {
			t.Fatal(err)
		}
		a, err := h.desk.Account(ctx, s.ID)
		if err != nil {
			t.Fatal(err)
		}
		for done, n := range a.Listed {
			rows, err := h.desk.Rows(ctx, s.ID, done, 0, n)
			if err != nil || len(rows) != min(n, mostRowsTold) {
				t.Errorf("%d rows of %d that are %s: %v", len(rows), n, done, err)
			}
		}
		h.untouched(t)
	})
}

// untouched: nothing is here but what was before a dry run.
func (h *house) untouched(t *testing.T) {
	t.Helper()
	h.TB = t
	if h.count("customers") != 0 || h.count("plans") != 1 || h.count("imports") != 0 {
		t.Fatal("a dry run wrote")
	}
}
