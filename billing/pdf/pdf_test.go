package pdf

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/internal/words"
)

func made(t testing.TB, p interface{ PDF() ([]byte, error) }) []byte {
	t.Helper()
	file, err := p.PDF()
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// read is what a PDF says, page by page, as another program reads it.
func read(t *testing.T, file []byte) []string {
	t.Helper()
	cmd := exec.Command("pdftotext", "-layout", "-", "-")
	cmd.Stdin = bytes.NewReader(file)
	said, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSuffix(string(said), "\f"), "\f")
}

// scan is what its pictures say, from a black-and-white copy at the resolution of a fax.
func scan(t *testing.T, file []byte) (links []string) {
	t.Helper()
	folder := t.TempDir()
	cmd := exec.Command("pdftoppm", "-r", "150", "-mono", "-", filepath.Join(folder, "page"))
	cmd.Stdin = bytes.NewReader(file)
	if said, err := cmd.CombinedOutput(); err != nil || len(said) > 0 {
		t.Fatalf("%v %s", err, said)
	}
	pages, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range pages {
		said, _ := exec.Command("zbarimg", "--nodbus", "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", filepath.Join(folder, p.Name())).Output() // fails when a page has none
		links = append(links, strings.Fields(string(said))...)
	}
	return links
}

var gaps = regexp.MustCompile(`\s+`)

// says wants a line of text on which all of some words stand in this order.
func says(t *testing.T, pages []string, all ...string) {
	t.Helper()
	for _, page := range pages {
		for line := range strings.SplitSeq(page, "\n") {
			line, from := " "+gaps.ReplaceAllString(line, " ")+" ", 0
			for _, s := range all {
				at := strings.Index(line[from:], " "+s+" ")
				if at < 0 {
					from = -1
					break
				}
				from += at + len(s) + 1
			}
			if from > 0 {
				return
			}
		}
	}
	t.Errorf("no line says %q in\n%s", all, strings.Join(pages, "\n----\n"))
}

// exact is an amount as an accountant writes it, by other means than the paper's.
func exact(a money.Amount) string {
	sign, cents := "", a.Cents
	if cents < 0 {
		sign, cents = "-", -cents
	}
	whole := fmt.Sprint(cents / 100)
	for at := len(whole) - 3; at > 0; at -= 3 {
		whole = whole[:at] + "," + whole[at:]
	}
	return fmt.Sprintf("%s%s.%02d", sign, whole, cents%100)
}

func TestAnInvoiceSaysEveryLineAndTotal(t *testing.T) {
	for _, l := range words.Languages {
		for name, i := range map[string]Invoice{"home": home(l), "business": business(l, 45), "credit": credit(l)} {
			t.Run(name+" "+string(l), func(t *testing.T) {
				pages := read(t, made(t, i))
				for _, line := range i.Lines {
					says(t, pages, append(strings.Fields(line.Text)[:2], exact(line.Amount))...)
					says(t, pages, line.Reason)
				}
				for _, tax := range i.Taxes {
					says(t, pages, tax.Name, percent(tax.Rate), exact(tax.On), exact(tax.Amount))
				}
				says(t, pages, words.Text(l, "pdf.total"), "KES", exact(i.Total))
				for _, u := range i.Usage {
					says(t, pages, u.Used, u.Included)
				}
				for _, p := range i.Payments {
					says(t, pages, p.How, "·", p.Reference, exact(p.Amount.Neg()))
				}
				if i.Balanced {
					says(t, pages, exact(i.Previous))
					says(t, pages, "KES", exact(money.KES(max(i.Owed.Cents, -i.Owed.Cents))))
				}
				says(t, pages, i.Seller.PIN)
				says(t, pages, i.Account)
				says(t, pages, i.Number)
				for _, s := range []string{i.Buyer.PIN, i.Order, i.Of, i.Control.Number} {
					if s != "" {
						says(t, pages, s)
					}
				}
			})
		}
	}
}

// TestALongInvoiceCarriesItsSum: what is carried off a page is what its lines come to, and what the next page begins with.
func TestALongInvoiceCarriesItsSum(t *testing.T) {
	for _, branches := range []int{1, 13, 14, 15, 16, 17, 18, 45, 200} {
		i := business(words.English, branches)
		pages := read(t, made(t, i))
		var so money.Amount
		line := 0
		for n, page := range pages {
			says(t, pages[n:n+1], fmt.Sprintf("Page %d of %d", n+1, len(pages)))
			if n > 0 && line > 0 && line < branches {
				says(t, pages[n:n+1], "Brought forward", exact(so))
			}
			for ; line < branches && strings.Contains(page, fmt.Sprintf("Branch %02d,", line+1)); line++ {
				so, _ = so.Add(i.Lines[line].Amount)
			}
			if line > 0 && line < branches {
				says(t, pages[n:n+1], "Carried forward", exact(so))
			} else if strings.Contains(page, "Carried forward") {
				t.Errorf("page %d of %d carries after the last line", n+1, len(pages))
			}
		}
		if line != branches {
			t.Errorf("%d lines of %d are on paper", line, branches)
		}
	}
}

func TestAStatementSaysEveryEntry(t *testing.T) {
	for _, l := range words.Languages {
		for _, entries := range []int{0, 12, 130} {
			st := statement(l, entries)
			pages := read(t, made(t, st))
			for _, e := range st.Entries {
				says(t, pages, e.Reference, exact(money.KES(e.Charge.Cents+e.Paid.Cents)), exact(e.Balance))
			}
			says(t, pages, words.Text(l, "pdf.opening"), exact(st.Opening))
			says(t, pages, "KES", exact(st.Closing))
			for _, a := range st.Ageing {
				says(t, pages, exact(a.Amount))
			}
		}
	}
}

func TestAReceiptSaysWhatItPaid(t *testing.T) {
	for _, l := range words.Languages {
		r := receipt(l)
		pages := read(t, made(t, r))
		says(t, pages, r.Reference)
		says(t, pages, "KES", exact(r.Amount))
		for _, p := range r.Parts {
			says(t, pages, p.Text, exact(p.Amount))
		}
		says(t, pages, words.Text(l, "pdf.credit_after"), "KES", exact(r.Balance.Neg()))
	}
}

func TestThePicturesAreRead(t *testing.T) {
	for _, l := range words.Languages {
		i := business(l, 3)
		links := scan(t, made(t, i))
		if !slices.Contains(links, i.Pay.Link) || !slices.Contains(links, i.Control.Link) || len(links) != 2 {
			t.Errorf("%s: %q", l, links)
		}
		if links := scan(t, made(t, home(l))); !slices.Equal(links, []string{home(l).Pay.Link}) {
			t.Errorf("%s: %q", l, links)
		}
	}
}

func TestWithoutAControlNumberItIsProForma(t *testing.T) {
	for _, i := range []Invoice{home(words.English), credit(words.English), papersOf(words.English)["proforma"].(Invoice)} {
		text := strings.ToLower(strings.Join(read(t, made(t, i)), ""))
		if strings.Count(text, "pro forma") == 0 || strings.Contains(strings.ReplaceAll(text, "not a tax invoice", ""), "tax invoice") {
			t.Error(text)
		}
		i.Control.Number = "KRACU0100012345/218"
		if text := strings.ToLower(strings.Join(read(t, made(t, i)), "")); i.Kind != ProForma && strings.Contains(text, "pro forma") {
			t.Error(text)
		}
	}
}

// TestWhatDoesNotAddUpIsRefused: a cent more or less anywhere, and no paper is made.
func TestWhatDoesNotAddUpIsRefused(t *testing.T) {
	for name, change := range map[string]func(*Invoice){
		"line": func(i *Invoice) { i.Lines[0].Amount.Cents++ }, "net": func(i *Invoice) { i.Net.Cents-- }, "tax": func(i *Invoice) { i.Taxes[1].Amount.Cents++ },
		"total": func(i *Invoice) { i.Total.Cents++ }, "previous": func(i *Invoice) { i.Previous.Cents++ }, "payment": func(i *Invoice) { i.Payments[0].Amount.Cents++ },
		"owed": func(i *Invoice) { i.Owed.Cents++ }, "currency": func(i *Invoice) { i.Lines[0].Amount.Currency = "USD" },
	} {
		i := home(words.English)
		change(&i)
		if file, err := i.PDF(); err == nil || file != nil {
			t.Errorf("%s: a paper was made", name)
		}
	}
	st := statement(words.English, 5)
	st.Entries[3].Balance.Cents++
	if _, err := st.PDF(); err == nil {
		t.Error("a statement that does not add up was made")
	}
	st = statement(words.English, 5)
	st.Ageing[0].Amount.Cents++
	if _, err := st.PDF(); err == nil {
		t.Error("ages that do not add up were printed")
	}
	r := receipt(words.English)
	r.Parts[0].Amount.Cents++
	if _, err := r.PDF(); err == nil {
		t.Error("a receipt that does not add up was made")
	}
}

func TestNamesOfFourScripts(t *testing.T) {
	for _, name := range []string{"Kĩrĩnyaga Wanjirũ Œuvre", "Ωκεανός Παπαδόπουλος", "Ўзбек Щукин", "ሰላም ኢንተርኔት"} {
		i := home(words.Swahili)
		i.Buyer.Name = name
		says(t, read(t, made(t, i)), name)
	}
	for name, script := range map[string]string{"محمد علي": "Arabic", "王伟": "Han", "नमस्ते": "Devanagari"} {
		for place, set := range map[string]func(*Invoice){"buyer": func(i *Invoice) { i.Buyer.Name = name }, "line": func(i *Invoice) { i.Lines[1].Text = name }, "notes": func(i *Invoice) { i.Notes = "x\n" + name }} {
			i := home(words.English)
			set(&i)
			_, err := i.PDF()
			if said := words.Fault(words.English, err); fault.KeyOf(err) != "paper.script" || !strings.Contains(said, script) {
				t.Errorf("%s of %s: %v", place, name, err)
			}
		}
	}
}

func TestTheSamePaperHasTheSameBytes(t *testing.T) {
	for name, p := range papersOf(words.Swahili) {
		first := made(t, p)
		for range 3 {
			if !bytes.Equal(first, made(t, p)) {
				t.Errorf("%s differs", name)
			}
		}
	}
}

// TestLongTextsGoOn: nothing is cut off, however long.
func TestLongTextsGoOn(t *testing.T) {
	i := business(words.English, 2)
	i.Buyer.Name, i.Buyer.Address = strings.Repeat("Mwananchi ", 30)+"lastname", strings.Repeat("Barabara ya Mombasa, ", 12)+"lastroad"
	i.Order, i.Lines[0].Text = strings.Repeat("8842-", 30)+"last", strings.Repeat("longword", 40)+"lastline"
	i.Lines[1].Reason = strings.Repeat("because ", 200) + "lastreason"
	i.Terms = strings.Repeat("Terms and terms. ", 900) + "lastterm"
	text := strings.Join(read(t, made(t, i)), "\n")
	for _, want := range []string{"lastname", "lastroad", "lastreason", "lastterm"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q", want)
		}
	}
	joined := gaps.ReplaceAllString(text, "")
	if strings.Count(joined, "longword") < 38 || strings.Count(joined, "8842-") < 25 || strings.Count(joined, "Mwananchi") < 30 {
		t.Errorf("%d longword, %d 8842, %d Mwananchi", strings.Count(joined, "longword"), strings.Count(joined, "8842-"), strings.Count(joined, "Mwananchi"))
	}
}

func TestPeriod(t *testing.T) {
	d := begin(common(words.English), "")
	for want, p := range map[string][2]time.Time{
		"1–30 Nov 2026":             {day(time.November, 1), day(time.December, 1)},
		"15 Nov – 14 Dec 2026":      {day(time.November, 15), day(time.December, 15)},
		"1 Dec 2026 – 1 Jan 2027":   {day(time.December, 1), day(time.December, 33)},
		"26 Nov 2026":               {day(time.November, 26), day(time.November, 27)},
		"31 Oct – 1 Nov 2026":       {day(time.October, 31), day(time.November, 2)},
		"31 Dec 2026 – 30 Jan 2027": {day(time.December, 31), day(time.December, 62)},
	} {
		if got := d.period(p[0], p[1]); got != want {
			t.Errorf("%q, not %q", got, want)
		}
	}
	for rate, want := range map[int64]string{1600: "16%", 150: "1.5%", 825: "8.25%", 0: "0%", 5: "0.05%"} {
		if got := percent(rate); got != want {
			t.Errorf("%q, not %q", got, want)
		}
	}
}

func BenchmarkInvoice(b *testing.B) {
	i := home(words.English)
	for b.Loop() {
		made(b, i)
	}
}
