package app

import (
	"fmt"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"mtandao/billing/customers"
	"mtandao/internal/clock"
	"mtandao/internal/sim/router"
	"mtandao/internal/sim/safaricom"
	"mtandao/internal/words"
)

// nightly is who upgrades herself: how wide her screen is, and her language.
type nightly struct {
	width        int64
	lang         words.Lang
	login, phone string
}

// TestACustomerUpgradesHerselfAtNightInABrowser is a story of "must be shown" 4, without a script: she signs in by her phone and a code, sees to the shilling what the
// faster plan costs for the rest of the time that she paid, pays by a prompt whose state the page shows, says yes once, and her router has the new rate within
// seconds, in the session that it had.
func TestACustomerUpgradesHerselfAtNightInABrowser(t *testing.T) {
	s := openStage(t, 1)
	if err := s.seedLines(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.Safaricom.AutoAnswer(func(safaricom.Prompt) safaricom.Answer { return safaricom.Answer{} }) // the phone screen answers
	for n, who := range []nightly{{320, words.English, "zawadi", "0711200011"}, {320, words.Swahili, "neema", "0711200012"}, {1280, words.English, "halima", "0711200013"}, {1280, words.Swahili, "rehema", "0711200014"}} {
		t.Run(fmt.Sprintf("%d %s", who.width, who.lang), func(t *testing.T) {
			if err := s.seedLine(t.Context(), who.login, who.phone, "home-10", who.login, customers.Person, 10, 20, 0); err != nil {
				t.Fatal(err)
			}
			home, err := s.plugIn(who.login, 20+n)
			if err != nil {
				t.Fatal(err)
			}
			b := newTab(t, newAllocator(t), false)
			defer b.limited(3 * time.Minute)()
			b.do(chromedp.Do(b.ctx, chromedp.EmulateViewport(who.width, 800)))
			s.upgrades(b, who, home)
		})
	}
	verifyBooks(t, s.Main)
}

// press fills a field, unless it is empty, and presses a button. A selector that stands in a style of the page is found there.
func (b *browser) press(field, typed, button string) {
	b.t.Helper()
	if field != "" {
		b.do(chromedp.Do(b.ctx, chromedp.SendKeys(field, typed)))
	}
	b.do(chromedp.Do(b.ctx, chromedp.Click(button)))
}

// upgrades is the story of one of them.
func (s *Stage) upgrades(b *browser, who nightly, home router.Home) {
	b.t.Helper()
	says := func(key string, args ...any) { b.t.Helper(); b.see(20*time.Second, words.Text(who.lang, key, args...)) }
	c, err := s.Main.Customers.FindNow(b.t.Context(), who.phone)
	b.do(err)
	all, err := s.Main.Lines.Of(b.t.Context(), c.ID)
	b.do(err)
	line := number(all[0].ID)
	phone := "254" + who.phone[1:]
	s.Safaricom.SetBalance(phone, 5_000_00)
	until(b.t, 20*time.Second, "she is online", func() bool { _, on := home.Session(); return on })
	before, _ := home.Session()

	b.open(s.Main.Config.PublicURL + "/my/in?l=" + string(who.lang))
	b.picture("1-in")
	b.press("#who", who.phone, "main form button")
	says("my.code.title")
	b.press("#code", s.codeOf(b.t, c), "main form button")
	says("my.owe")
	b.picture("2-home")
	b.press("", "", `a[href="/my/use/`+line+`"]`)
	b.press("", "", `a[href="/my/line/`+line+`"]`)
	says("my.plan.title")
	b.picture("3-line")
	b.press("", "", `input[value="home-30"]`)
	b.press("", "", `form[action$="/plan"] button`)
	says("my.sure.not")
	b.picture("4-price")
	if now, err := s.Main.Lines.Get(b.t.Context(), all[0].ID); err != nil || now.State.Sold.PlanKey != "home-10" {
		b.t.Fatal("looking at the price changes the plan:", now.State.Sold.PlanKey, err)
	}
	b.press("", "", `form[action="/my/pay"] button`)
	says("paper.pay.ask")
	b.picture("5-prompt")
	newTab(b.t, b.ctx, true).approve(s, phone)
	says("my.pay.go_on")
	b.picture("6-paid")
	b.press("", "", `form[action$="/plan"] button`)
	says("my.sure.button")
	b.picture("7-sure")
	watch := clock.Stopwatch()
	b.press("", "", `form[action$="/plan"] button`)
	until(b.t, 10*time.Second, "the router has the new rate", func() bool { is, on := home.Session(); return on && is.DownBps == 30_000_000 })
	took := watch()
	after, _ := home.Session()
	if before.DownBps != 10_000_000 || after.ID != before.ID || !after.Online || after.Start != before.Start {
		b.t.Errorf("before %d bit/s in %s, after in %s", before.DownBps, before.ID, after.ID)
	}
	b.t.Logf("the router has the rate %v after she said yes", took)
	says("my.status.active")
	b.picture("8-done")
	if now, err := s.Main.Lines.Get(b.t.Context(), all[0].ID); err != nil || now.State.Sold.PlanKey != "home-30" {
		b.t.Error(now.State.Sold.PlanKey, err)
	}
}
