package app

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"mtandao/billing"
	"mtandao/internal/money"
	"mtandao/vouchers/resellers"
)

// TestScreensOfResellers takes a picture of each of their pages as Mama Njeri, on two phones and in both languages, into the folder that
// MTANDAO_SCREENS names.
func TestScreensOfResellers(t *testing.T) {
	s := openStage(t, 1)
	id := s.seller(t)
	s.brought(t, id)
	b := newTab(t, newAllocator(t), false)
	b.open(s.Main.Config.PublicURL + "/sell/in")
	b.picture("sell-in")
	b.do(chromedp.Do(b.ctx, chromedp.SendKeys(`[name="phone"]`, "0722100001"), chromedp.SendKeys(`[name="pin"]`, demoPIN), chromedp.Submit("form")))
	b.see(10*time.Second, "Mama Njeri")
	pages := s.sellersPages(t, id)
	if os.Getenv("MTANDAO_SCREENS") == "" {
		pages = append(pages[:1], "/sell/pin", "/sell/code")
	}
	s.landlordIn(b)
	pages = append(pages, "/share")
	for _, width := range []int64{320, 390, 1280} {
		for _, lang := range []string{"en", "sw"} {
			for _, path := range pages {
				b.do(chromedp.Do(b.ctx, chromedp.EmulateViewport(width, 700)))
				b.open(s.Main.Config.PublicURL + path + "?l=" + lang)
				if wide, err := chromedp.Run(b.ctx, chromedp.Evaluate[int64](`document.documentElement.scrollWidth`)); err != nil || wide > width {
					t.Errorf("%s is %d wide on a phone of %d (%v)", path, wide, width, err)
				}
				if strings.Contains(b.text(), "!sell") {
					t.Errorf("%s has a key for a text", path)
				}
				b.picture(strings.ReplaceAll(strings.Trim(path, "/"), "/", "-") + "-" + lang + "-" + number(width))
			}
		}
	}
}

// sellersPages are the addresses of a reseller's pages.
func (s *Stage) sellersPages(t *testing.T, id int64) []string {
	t.Helper()
	all, err := s.Main.Resellers.Events(t.Context(), id, 0, 20)
	if err != nil {
		t.Fatal(err)
	}
	pages := []string{"/sell", "/sell/one", "/sell/day", "/sell/statement", "/sell/stock", "/sell/settle", "/sell/return", "/sell/below", "/sell/pin", "/sell/code", "/sell/nowhere"}
	for _, e := range all {
		if e.Kind == resellers.SoldOne {
			pages = append(pages, "/sell/sold/"+number(e.ID))
			break
		}
	}
	asked, err := s.Main.Billing.AskForMoney(t.Context(), billing.MoneyRequest{For: billing.Payee{Segment: billing.SegmentFloat, ID: id, Number: "R1001"}, Amount: money.Shillings(500), Phone: "0722100001", Once: "screens"})
	if err != nil {
		t.Fatal(err)
	}
	return append(pages, "/sell/float/"+number(asked.ID))
}

// TestEveryTargetOfSellersTakesAThumb: whatever is tapped on their pages is 44 px high and wide, and apart from its neighbours, on the narrowest phone.
func TestEveryTargetOfSellersTakesAThumb(t *testing.T) {
	s := openStage(t, 1)
	id := s.seller(t)
	s.brought(t, id)
	b := newTab(t, newAllocator(t), false)
	b.do(chromedp.Do(b.ctx, chromedp.EmulateViewport(320, 600)))
	thumb := func(path string) {
		t.Helper()
		b.open(s.Main.Config.PublicURL + path)
		small, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](smallTargets))
		if b.do(err); small != "" {
			t.Errorf("%s: %s", path, small)
		}
	}
	for _, path := range []string{"/sell/in", "/share/in", "/share/code"} {
		thumb(path)
	}
	b.open(s.Main.Config.PublicURL + "/sell/in")
	b.do(chromedp.Do(b.ctx, chromedp.SendKeys(`[name="phone"]`, "0722100001"), chromedp.SendKeys(`[name="pin"]`, demoPIN), chromedp.Submit("form")))
	b.see(10*time.Second, "Mama Njeri")
	s.landlordIn(b)
	for _, path := range append(s.sellersPages(t, id), "/share", "/share/pin", "/share/nowhere") {
		for _, lang := range []string{"en", "sw"} {
			thumb(path + "?l=" + lang)
		}
	}
}

// smallTargets names what is tapped and is smaller than 44 px; an input in a label is as large as the label.
const smallTargets = `[...document.querySelectorAll('a,button,input:not([type=hidden]),select,textarea,summary')].map(e => {
	const r = (e.closest('label') || e).getBoundingClientRect()
	return r.width > 0 && (r.width < 43.5 || r.height < 43.5) ? e.outerHTML.slice(0, 80) + ' is ' + Math.round(r.width) + ' × ' + Math.round(r.height) : ''
}).filter(s => s).join('; ')`

func (s *Stage) landlordIn(b *browser) {
	b.open(s.Main.Config.PublicURL + "/share/in")
	b.do(chromedp.Do(b.ctx, chromedp.SendKeys(`[name="phone"]`, demoLandlord), chromedp.SendKeys(`[name="pin"]`, demoPIN), chromedp.Submit("form")))
	b.see(10*time.Second, "Mzee Kamau")
}
