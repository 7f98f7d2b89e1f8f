package app

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"image"
	"image/png"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"mtandao/internal/clock"
)

// commandChild makes of this test binary mtandao with the arguments in it, one a line, so that its memory is its own. At its end it says how much.
const commandChild = "MTANDAO_COMMAND_CHILD"

func runCommandChild(args string) int {
	code := Execute(strings.Split(args, "\n"), os.Stdout, os.Stderr)
	fmt.Fprintf(os.Stderr, "peak %d kB\n", peakMemory("self"))
	return code
}

// peakMemory is the most that a process had in memory, in kB; 0 when there is no telling.
func peakMemory(pid string) (peak int64) {
	status, _ := os.ReadFile("/proc/" + pid + "/status")
	for line := range strings.Lines(string(status)) {
		_, _ = fmt.Sscanf(line, "VmHWM: %d kB", &peak)
	}
	return peak
}

// cost is what a command took.
type cost struct {
	elapsed, cpu time.Duration
	peak         int64 // MB
	told         []string
}

// costOf runs a command in a process of its own.
func costOf(t *testing.T, out io.Writer, args ...string) (c cost) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	p := exec.CommandContext(t.Context(), self)
	p.Env, p.Stdout, p.Stderr = append(os.Environ(), commandChild+"="+strings.Join(args, "\n")), out, &said
	watch := clock.Stopwatch()
	if err := p.Run(); err != nil {
		t.Fatalf("%v: %v\n%s", args, err, said.String())
	}
	c.elapsed, c.cpu = watch(), p.ProcessState.UserTime()+p.ProcessState.SystemTime()
	for line := range strings.Lines(said.String()) {
		if _, err := fmt.Sscanf(line, "peak %d kB", &c.peak); err != nil {
			c.told = append(c.told, strings.TrimSpace(line))
		}
	}
	c.peak /= 1024
	return c
}

// TestALargeBatchFromIssueToFile makes, prints and exports a batch by the commands, on a provider that the example file set up, and reads the pictures off the
// paper: each is that of its row in the table. MTANDAO_LONG=1 takes 100,000 vouchers and 10,000 pictures.
func TestALargeBatchFromIssueToFile(t *testing.T) {
	small, large, read := 500, 6000, 100
	if os.Getenv("MTANDAO_LONG") != "" {
		small, large, read = 10_000, 100_000, 10_000
	}
	for _, dialect := range []string{"sqlite", "mysql"} {
		t.Run(dialect, func(t *testing.T) {
			inExampleHouse(t, dialect)
			few, many := largeBatch(t, dialect, 1, small), largeBatch(t, dialect, 2, large)
			for step, c := range many {
				if before := few[step].peak; c.peak > before+before/2+16 {
					t.Errorf("%s of %d vouchers takes %d MB, and of %d takes %d MB", step, large, c.peak, small, before)
				}
				if want := fmt.Sprintf("%d of %d", large, large); len(c.told) == 0 || !strings.HasSuffix(c.told[len(c.told)-1], want) {
					t.Errorf("%s says %q", step, c.told)
				}
			}
			if before := few["print"]; len(before.told) > 0 && small < longWork {
				t.Errorf("%q", before.told)
			}
			picturesOfRows(t, dialect, read)
			read = 100 // the paper has nothing of the database
			if said := must(t, "ledger", "verify"); !strings.Contains(said, "The books agree.") {
				t.Error(said)
			}
		})
	}
}

// largeBatch makes a batch and has it on paper and in tables.
func largeBatch(t *testing.T, dialect string, number, size int) map[string]cost {
	t.Helper()
	folder, batch := os.Getenv("MTANDAO_DATA"), strconv.Itoa(number)
	pdf, book, table := filepath.Join(folder, batch+".pdf"), filepath.Join(folder, batch+".xlsx"), filepath.Join(folder, batch+".csv")
	costs := map[string]cost{
		"issue": costOf(t, io.Discard, "vouchers", "issue", "--plan", "day", "--site", "kasarani", "--count", strconv.Itoa(size)),
		"print": costOf(t, io.Discard, "vouchers", "print", "--batch", batch, "--layout", "50", "--out", pdf),
		"csv":   costOf(t, io.Discard, "vouchers", "export", "--batch", batch, "--csv", "--out", table),
		"xlsx":  costOf(t, io.Discard, "vouchers", "export", "--batch", batch, "--xlsx", "--out", book),
	}
	for _, step := range []string{"issue", "print", "csv", "xlsx"} {
		c := costs[step]
		t.Logf("%s, %d vouchers, %s: %.1f s, %.1f s of a processor, %d MB at most", dialect, size, step, c.elapsed.Seconds(), c.cpu.Seconds(), c.peak)
	}
	return costs
}

// picturesOfRows reads the first pictures of the second batch off its sheets, with a program that has nothing to do with what drew them.
func picturesOfRows(t *testing.T, dialect string, read int) {
	t.Helper()
	folder := os.Getenv("MTANDAO_DATA")
	file, err := os.Open(filepath.Join(folder, "2.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for n, row := range rows[1:] {
		if want := fmt.Sprintf("2-%06d", n+1); row[0] != want || seen[row[1]] || !strings.HasSuffix(row[2], strings.ReplaceAll(row[1], "-", "")) {
			t.Fatalf("row %d is %q", n+1, row)
		}
		seen[row[1]] = true
	}
	sameInBook(t, rows)
	for sheet := 1; sheet*50 <= read; sheet++ {
		got := picturesOf(t, filepath.Join(folder, "2.pdf"), sheet)
		for n, row := range rows[1+(sheet-1)*50 : 1+sheet*50] {
			if got[n] != row[2] {
				t.Errorf("sheet %d, place %d: the picture says %q, the row %q", sheet, n, got[n], row[2])
			}
		}
	}
	t.Logf("%s: %d pictures read off %d sheets of the command's file, and compared with the rows of its table", dialect, read, read/50)
}

// picturesOf are what the pictures of a sheet of 50 say, by place.
func picturesOf(t *testing.T, pdf string, sheet int) map[int]string {
	t.Helper()
	folder, n := t.TempDir(), strconv.Itoa(sheet)
	cmd := exec.Command("pdftoppm", "-r", "200", "-gray", "-png", "-singlefile", "-f", n, "-l", n, pdf, filepath.Join(folder, "page"))
	if said, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	file, err := os.Open(filepath.Join(folder, "page.png"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	page, err := png.Decode(file)
	if err != nil {
		t.Fatal(err)
	}
	args := []string{"--nodbus", "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable"}
	for place := range 50 {
		const mm, wide, high = 200 / 25.4, 39.6, 28.2
		x, y := 6+float64(place%5)*wide, 5.5+float64(place/5)*high
		card := page.(interface {
			SubImage(image.Rectangle) image.Image
		}).SubImage(image.Rect(int(x*mm), int(y*mm), int((x+wide)*mm), int((y+high)*mm)))
		var out bytes.Buffer
		if err := (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&out, card); err != nil {
			t.Fatal(err)
		}
		args = append(args, filepath.Join(folder, fmt.Sprintf("%02d.png", place)))
		if err := os.WriteFile(args[len(args)-1], out.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	said, err := exec.Command("zbarimg", args...).Output()
	if err != nil {
		t.Errorf("sheet %d: %v", sheet, err)
	}
	links := map[int]string{}
	for place, link := range strings.Fields(string(said)) { // in the order of the files, one each
		links[place] = link
	}
	return links
}

// sameInBook wants the Excel file to hold what the table holds; states and dates of printing are those of the same minute.
func sameInBook(t *testing.T, rows [][]string) {
	t.Helper()
	book, err := excelize.OpenFile(filepath.Join(os.Getenv("MTANDAO_DATA"), "2.xlsx"))
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	cells, err := book.Rows("Sheet1")
	if err != nil {
		t.Fatal(err)
	}
	defer cells.Close()
	n := 0
	for ; cells.Next(); n++ {
		row, err := cells.Columns()
		if err != nil || n >= len(rows) || !slices.Equal(row[:3], rows[n][:3]) {
			t.Fatalf("row %d of the book: %q, %v", n, row, err)
		}
	}
	if n != len(rows) {
		t.Errorf("the book has %d rows, the table %d", n, len(rows))
	}
}
