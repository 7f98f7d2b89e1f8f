package table

import (
	"encoding/csv"
	"slices"
	"strings"
	"testing"
)

func TestNothingTypedIsAFormula(t *testing.T) {
	for cell, want := range map[string]string{
		"":                       "",
		"Mama Njeri":             "Mama Njeri",
		"Jo's café; Ruaka":       "Jo's café; Ruaka",
		"0722 000 001":           "0722 000 001",
		"-1,250.00":              "-1,250.00",
		"+254722000001":          "+254722000001",
		"=1+1":                   "'=1+1",
		`=HYPERLINK("http://x")`: `'=HYPERLINK("http://x")`,
		"+1+cmd|' /C calc'!A0":   "'+1+cmd|' /C calc'!A0",
		"-2+3":                   "'-2+3",
		"@SUM(A1)":               "'@SUM(A1)",
		"\t=1+1":                 "'\t=1+1",
		"\r=1+1":                 "'\r=1+1",
		"\n=1+1":                 "'\n=1+1",
		"  =1+1":                 "'  =1+1",
		`"=1+1`:                  `'"=1+1`,
		`""=1+1`:                 `'""=1+1`,
		"'=1+1":                  "''=1+1",
		"\u00a0=1+1":             "'\u00a0=1+1",
		"\ufeff=1+1":             "'\ufeff=1+1",
		"＝1+1":                   "'＝1+1",
		"－1＋1":                   "'－1＋1",
		"\tplain":                "'\tplain",
	} {
		var out strings.Builder
		w := NewCSV(&out)
		if err := w.Write([]string{cell, "last"}); err != nil || w.Flush() != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(strings.NewReader(out.String())).ReadAll()
		if err != nil || len(rows) != 1 || !slices.Equal(rows[0], []string{want, "last"}) {
			t.Errorf("%q became %q, want %q (%v)", cell, rows, want, err)
		}
	}
}

// TestEachCellIsQuoted: a spreadsheet that takes semicolons or tabs for separators, as those of many countries do, makes no other cells of one.
func TestEachCellIsQuoted(t *testing.T) {
	var out strings.Builder
	w := NewCSV(&out)
	for _, row := range [][]string{{"a;=1+1", "b\t=1+1"}, {"c", `d"e`}} {
		if err := w.Write(row); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil || out.String() != "\"a;=1+1\",\"b\t=1+1\"\n\"c\",\"d\"\"e\"\n" {
		t.Errorf("%s%v", out.String(), err)
	}
}
