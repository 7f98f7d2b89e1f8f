package app

import (
	"archive/zip"
	"encoding/csv"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// hostile are beginnings by which a spreadsheet computes a cell, some of them after what programs strip.
var hostile = []string{"=", "+", "-", "@", "\t=", "\r=", "\n+", " =", "\u00a0@", "＝", "|", "%"}

// storedTexts are what people write that exports tell, by table and columns.
var storedTexts = map[string][]string{"plans": {"name_en", "name_sw"}, "resellers": {"name"}, "partners": {"name"}, "customers": {"name"}, "sites": {"name"}, "routers": {"name"},
	"ledger_entries": {"memo"}, "invoices": {"note", "po_number"}, "customer_events": {"note", "done_by"}}

// exportsAreHarmless writes a formula before every stored text, then takes every export of the office along in each form and in both languages: none of its cells begins as a formula, and in
// most of them there is what was written. It is the last that is done to a stage.
func (s *Stage) exportsAreHarmless(t *testing.T) {
	t.Helper()
	for table, columns := range storedTexts {
		for _, column := range columns {
			for n, begins := range hostile {
				if _, err := s.Main.DB.SQL().Exec(fmt.Sprintf("UPDATE %s SET %s = CONCAT(?, 'pwn(', SUBSTR(%s, 1, 40)) WHERE id %% ? = ?", table, column, column), begins, len(hostile), n); err != nil {
					t.Fatalf("%s.%s: %v", table, column, err)
				}
			}
		}
	}
	for _, refresh := range []error{s.Main.Sites.Refresh(t.Context()), s.Main.Routers.Refresh(t.Context())} {
		if refresh != nil {
			t.Fatal(refresh)
		}
	}
	owner, tells := s.hire(t, "takes-all@demo.example", nil, "owner"), 0
	for _, path := range s.exportPaths(t) {
		for _, as := range []string{"", "xlsx"} {
			at := path + "&as=" + as
			file := owner.send(at, url.Values{"layout": {map[string]string{"": "csv", "xlsx": "xlsx"}[as]}})
			if file.status != http.StatusOK {
				t.Errorf("%s is answered with %d", at, file.status)
				continue
			}
			if strings.HasPrefix(file.body, "PK") {
				harmlessWorkbook(t, at, file.body)
			} else {
				harmlessTable(t, at, file.body)
			}
			if strings.Contains(file.body, "pwn(") {
				tells++
			}
		}
	}
	if tells < 10 { // of workbooks nothing can be read before they are unpacked
		t.Errorf("only %d of the exports tell what was written", tells)
	}
}

// exportPaths are the exports of the office, from the door's own list of routes: of a month, and of a year where a report knows one.
func (s *Stage) exportPaths(t *testing.T) (all []string) {
	t.Helper()
	office, err := s.Main.openOffice(nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range office.Routes() {
		if r.Method != http.MethodPost || !strings.HasSuffix(r.Path, "/export") {
			continue
		}
		path := strings.ReplaceAll(r.Path, ":id", "4000")
		all = append(all, path+"?l=en")
		if strings.HasPrefix(path, "/office/reports/") && !strings.Contains(path, "/money/") {
			all = append(all, path+"?months=12")
		}
	}
	if len(all) < 30 {
		t.Fatal("these are not all exports:", all)
	}
	return all
}

// begins is how a cell may not: an own rule, not the one by which tables are written.
var begins, amount = regexp.MustCompile(`^[\s\x{00a0}"']*[=+\-@\t\r|%＝＋－＠]`), regexp.MustCompile(`^-?[0-9]+(\.[0-9]+)?$`)

func harmlessTable(t *testing.T, path, body string) {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(body)).ReadAll()
	if err != nil {
		t.Errorf("%s: %v", path, err)
	}
	for _, row := range rows {
		for _, cell := range row {
			if !strings.HasPrefix(cell, "'") && begins.MatchString(cell) && !amount.MatchString(cell) {
				t.Errorf("%s has the cell %q", path, cell)
			}
		}
	}
}

// harmlessWorkbook: a cell of a workbook is a text whatever it begins with, or a number; none is a formula.
func harmlessWorkbook(t *testing.T, path, body string) {
	t.Helper()
	book, err := zip.NewReader(strings.NewReader(body), int64(len(body)))
	if err != nil {
		t.Errorf("%s: %v", path, err)
		return
	}
	for _, part := range book.File {
		r, err := part.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(text), "<f") && strings.Contains(part.Name, "sheet") {
			t.Errorf("%s has a formula in %s", path, part.Name)
		}
		for _, cell := range regexp.MustCompile(`<c ([^>]*)><(\w+)>`).FindAllStringSubmatch(string(text), -1) {
			if isText := strings.Contains(cell[1], `t="inlineStr"`); isText != (cell[2] == "is") || !isText && cell[2] != "v" {
				t.Errorf("%s has the cell %s", path, cell[0])
			}
		}
	}
}
