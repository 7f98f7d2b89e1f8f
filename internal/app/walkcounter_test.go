package app

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"mtandao/internal/words"
)

// TestACashiersMorning is a story in a browser, by the keyboard alone: money is taken, its receipt comes out of printers of three widths, an invoice is
// written and looked at before it is issued, and the drawer is counted.
func TestACashiersMorning(t *testing.T) {
	s := openStage(t, 1)
	for _, seed := range []error{s.seedCustomers(t.Context()), s.seedLines(t.Context()), s.seedMoney(t.Context())} {
		if seed != nil {
			t.Fatal(seed)
		}
	}
	cashier := s.hire(t, "till@demo.example", nil, "cashier")
	b := cashier.signedIn(t)
	defer b.limited(4 * time.Minute)()
	for name, width := range map[string]int64{"phone": 390, "desk": 1280} {
		b.do(chromedp.Do(b.ctx, chromedp.EmulateViewport(width, 900)))
		for _, lang := range []string{"en", "sw"} {
			b.speaks(cashier.base, cashier.token, words.Lang(lang))
			b.cashierLooks(s, cashier.base, name+"-"+lang, lang)
		}
	}
	b.speaks(cashier.base, cashier.token, words.English)
	b.open(cashier.base + "/office/cashier")
	b.types(`#q`, "0711 200 004\r")
	b.see(10*time.Second, "Money from Kiptoo Cheruiyot")
	b.types(`#amount`, "1,500\r")
	b.see(10*time.Second, "Comes back on")
	b.types(`button[value="take"]`, "\r")
	b.see(10*time.Second, "Next customer")
	for _, wide := range []float64{58, 80, 210} {
		if text := b.printed(wide); !strings.Contains(text, "KES 1,500") || !strings.Contains(text, "Kiptoo Cheruiyot") || strings.Contains(text, "Next customer") || strings.Contains(text, "Payments") {
			t.Errorf("on %.0f mm it says\n%s", wide, text)
		}
	}
	b.open(cashier.base + "/office/cashier/day")
	b.types(`#counted`, "1500\r")
	b.see(10*time.Second, "Counted, and right")
	b.picture("day")
	who := "/office/customers/" + number(s.named(t, "0722 600 100").ID)
	b.open(cashier.base + who + "/statement")
	if text := b.printed(210); !strings.Contains(text, "Owed at the end") || !strings.Contains(text, "KES 15,700") || strings.Contains(text, "Show") {
		t.Error(text)
	}
}

// cashierLooks opens pages that only a form leads to, and keeps pictures of them.
func (b *browser) cashierLooks(s *Stage, base, name, lang string) {
	b.t.Helper()
	title := map[string]string{"en": "Take KES", "sw": "Pokea KES"}[lang]
	debtor := base + "/office/customers/" + number(s.named(b.t, "0722 600 100").ID)
	home := base + "/office/customers/" + number(s.named(b.t, "0711 200 004").ID)
	b.open(debtor + "/pay")
	b.picture(name + "-pay")
	b.do(chromedp.Do(b.ctx, chromedp.SetValue(`#amount`, "20000")))
	b.types(`#reference`, "FT26330K7Q9\r")
	b.see(10*time.Second, title+" 20,000")
	b.picture(name + "-effect")
	b.open(home + "/pay")
	b.types(`#amount`, "2600\r")
	b.see(10*time.Second, title+" 2,600")
	b.picture(name + "-back")
	b.open(debtor + "/invoice")
	b.types(`#name0`, "Cabling to the new store")
	b.types(`#price0`, "7,540\r")
	b.see(10*time.Second, "KES 7,540")
	b.picture(name + "-invoice")
}

// speaks has the console in a language.
func (b *browser) speaks(base, token string, lang words.Lang) {
	b.t.Helper()
	for name, value := range seenAs(token, lang, false) {
		_, err := chromedp.Call(b.ctx, network.SetCookie, network.SetCookieParams{Name: name, Value: value, URL: base + "/office"})
		b.do(err)
	}
}

// types puts keys where a selector points.
func (b *browser) types(selector, keys string) {
	b.t.Helper()
	b.do(chromedp.Do(b.ctx, chromedp.SendKeys(selector, keys)))
}

var pagesOf = regexp.MustCompile(`Pages: +([0-9]+)`)

// printed is the text of the page as it comes out of a printer so many millimetres wide; a receipt must fit one page.
func (b *browser) printed(wide float64) string {
	b.t.Helper()
	tall, none, css := 297.0, 0.0, true
	if wide < 100 {
		tall = 200
	}
	made, err := chromedp.Call(b.ctx, page.PrintToPDF, page.PrintToPDFParams{PaperWidth: wide / 25.4, PaperHeight: tall / 25.4, MarginTop: &none, MarginBottom: &none, MarginLeft: &none, MarginRight: &none, PreferCSSPageSize: &css})
	b.do(err)
	file := filepath.Join(b.t.TempDir(), "page.pdf")
	b.do(os.WriteFile(file, made.Data, 0o600))
	info, err := exec.Command("pdfinfo", file).Output()
	b.do(err)
	if n := pagesOf.FindSubmatch(info); n == nil || string(n[1]) != "1" {
		b.t.Errorf("on %.0f mm it takes %s pages", wide, n)
	}
	if folder := os.Getenv("MTANDAO_SCREENS"); folder != "" {
		b.do(exec.Command("pdftoppm", "-r", "150", "-png", "-singlefile", file, filepath.Join(folder, b.t.Name(), "print-"+strconv.Itoa(int(wide)))).Run())
	}
	text := exec.Command("pdftotext", "-layout", file, "-")
	var said bytes.Buffer
	text.Stdout = &said
	b.do(text.Run())
	return said.String()
}
