package customers

import (
	"bytes"
	"context"
	"encoding/csv"
	"testing"
)

// TestNoNameIsAFormulaInATable: what people are called comes out of a table as it went in, and is computed by no spreadsheet.
func TestNoNameIsAFormulaInATable(t *testing.T) {
	each(t, func(o office) {
		ctx := context.Background()
		names := []string{`=HYPERLINK("http://x","pay")`, "+A1+1", "-A1+1", "@SUM(A1)", `"=A1+1`, "Asha; Juma"}
		for _, name := range names {
			if _, err := o.Keep(ctx, Profile{Customer: Customer{Name: name, SiteID: 3}}, asha); err != nil {
				t.Fatal(name, err)
			}
		}
		var out bytes.Buffer
		if err := o.Export(ctx, &out, Filter{}, asha); err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(bytes.NewReader(out.Bytes())).ReadAll()
		if err != nil || len(rows) != 1+len(names) {
			t.Fatal(len(rows), err)
		}
		for i, name := range names {
			want := "'" + name
			if name == "Asha; Juma" {
				want = name
			}
			if got := rows[len(rows)-1-i]; got[1] != want || len(got) != len(exportColumns) { // the newest first
				t.Errorf("%q is %q", name, got)
			}
		}
	})
}
