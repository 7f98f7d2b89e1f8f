package app

import (
	"encoding/csv"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

// printedText is what a command's PDF says.
func printedText(t *testing.T, args ...string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "sheets.pdf")
	must(t, append([]string{"vouchers", "print", "--out", file}, args...)...)
	said, err := exec.Command("pdftotext", file, "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(said)
}

// TestVouchersArePrintedByCommand: each layout, a reprint with its mark, tables; on both databases.
func TestVouchersArePrintedByCommand(t *testing.T) {
	for _, dialect := range []string{"sqlite", "mysql"} {
		t.Run(dialect, func(t *testing.T) {
			inExampleHouse(t, dialect)
			var made batchLine
			fromJSON(t, must(t, "vouchers", "issue", "--plan", "day", "--count", "60", "--json"), &made)
			rows, err := csv.NewReader(strings.NewReader(must(t, "vouchers", "export", "--batch", "1", "--csv"))).ReadAll()
			if err != nil || len(rows) != 61 {
				t.Fatal(len(rows), err)
			}
			text := printedText(t, "--batch", "1", "--layout", "36", "--sheet", "2", "--lang", "sw", "--site", "kasarani")
			if !strings.Contains(text, rows[60][1]) || strings.Contains(text, rows[36][1]) || !strings.Contains(text, "Karatasi 2 kati ya 2") || strings.Contains(text, "Nakala") {
				t.Error(text)
			}
			text = printedText(t, "--batch", "1", "--layout", "24", "--first", "30", "--last", "40", "--lang", "en")
			if strings.Count(text, "Copy 2") != 4 || !strings.Contains(text, "1-000037") { // 37 to 40 have been on paper, 30 to 36 in a table only
				t.Error(text)
			}
			for _, layout := range []string{"50", "counter", "slip58", "slip80", "printer58", "printer80", "picture", "text"} {
				file := filepath.Join(t.TempDir(), layout)
				must(t, "vouchers", "print", "--batch", "1", "--layout", layout, "--last", "3", "--out", file)
				if info, err := os.Stat(file); err != nil || info.Size() < 300 || info.Mode().Perm() != 0o600 {
					t.Errorf("%s: %v, %v", layout, info, err)
				}
			}
			file := filepath.Join(t.TempDir(), "batch.xlsx")
			must(t, "vouchers", "export", "--batch", "1", "--xlsx", "--out", file)
			book, err := excelize.OpenFile(file)
			if err != nil {
				t.Fatal(err)
			}
			defer book.Close()
			if cells, err := book.GetRows("Sheet1"); err != nil || len(cells) != 61 || cells[60][1] != rows[60][1] {
				t.Error(len(cells), err)
			}
			for _, c := range []struct{ say, args string }{{"no layout 99", "--batch 1 --layout 99"}, {"from 1 to 60", "--batch 1 --last 61"}, {"no such batch", "--batch 7"}} {
				file := filepath.Join(t.TempDir(), "none")
				code, _, said := runCommand(t, append(strings.Fields("vouchers print --out "+file), strings.Fields(c.args)...)...)
				if _, err := os.Stat(file); code != 1 || !strings.Contains(said, c.say) || err == nil {
					t.Errorf("%s: exit %d, %s", c.args, code, said)
				}
			}
		})
	}
}
