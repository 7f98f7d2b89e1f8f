package app

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"mtandao/billing/prompts"
	"mtandao/internal/money"
	"mtandao/internal/sim/safaricom"
	"mtandao/internal/words"
)

// TestScreensOfPrompts looks at where customers are asked for money in a real browser, on a phone and on a desk, in both languages: the page of a link before, while and
// after a phone rings, and the customer's page of the console with its forms. Pictures go to the folder that MTANDAO_SCREENS names.
func TestScreensOfPrompts(t *testing.T) {
	s := openStage(t, 1)
	s.atAnyHour(t)
	for _, seed := range []func() error{func() error { return s.seedPost(t.Context()) }, func() error { return s.seedCustomers(t.Context()) }, func() error { return s.seedPapers(t.Context()) }} {
		if err := seed(); err != nil {
			t.Fatal(err)
		}
	}
	until(t, 30*time.Second, "four e-mails and two SMS", func() bool { return len(s.Messages.Inbox("")) == 6 })
	parent := openBrowser(t)
	var known sync.Map
	l := newLooker(t, parent, "http://"+s.Main.HTTPAddress(), &known)
	owner := s.hire(t, "sees@demo.example", nil, "owner")
	d, err := s.Main.Invoices.Numbered(t.Context(), "INV-2026-000001")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Main.Prompts.Agree(t.Context(), d.CustomerID, "0722 600 100", "Anne Wanjiru", prompts.By{Actor: "support@demo.example", From: "test"}); err != nil {
		t.Fatal(err)
	}
	links := []string{strings.TrimPrefix(linkShape.FindString(s.Messages.Inbox("254722600100")[0].Text), l.base), strings.TrimPrefix(linkShape.FindString(s.Messages.Inbox("254722410233")[0].Text), l.base)}
	record := "/office/customers/" + number(d.CustomerID)
	look := func(name string, paths ...string) {
		t.Helper()
		for _, width := range []int64{390, 1280} {
			l.do(chromedp.Do(l.ctx, chromedp.EmulateViewport(width, 800)))
			for n, path := range paths {
				for _, c := range l.at(path).Complaints {
					t.Errorf("%s at %d: %s", path, width, c)
				}
				l.keep(fmt.Sprint(name, "-", n), number(width))
			}
		}
	}
	act := safaricom.Cancel
	s.Safaricom.AutoAnswer(func(safaricom.Prompt) safaricom.Answer { return safaricom.Answer{Act: act} })
	for n, what := range []safaricom.Act{safaricom.Cancel, safaricom.Approve} {
		act = what
		if _, err := s.Main.Prompts.Ask(t.Context(), prompts.Request{CustomerID: d.CustomerID, Cause: prompts.Staff, Phone: "0722 600 100", Amount: money.Shillings(1000), Once: fmt.Sprint("screen", n)}, prompts.By{Actor: "till@demo.example"}); err != nil {
			t.Fatal(err)
		}
		until(t, 30*time.Second, "a verdict", func() bool {
			seen, err := s.Main.Prompts.Asks(t.Context(), d.CustomerID, 1)
			return err == nil && !seen[0].Open()
		})
	}
	idle(t, s)
	for _, lang := range []words.Lang{words.English, words.Swahili} {
		l.be(owner.token, lang, false)
		look("prompts-"+string(lang), record+"?tab=money", record+"/ask", record+"/prompts", record+"/prompts/stop")
	}
	look("link-form", links...)
	s.Safaricom.AutoAnswer(nil)
	for n, link := range links {
		answer, err := (&http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}).PostForm(l.base+link+"/pay", url.Values{"phone": {[]string{"0722 600 100", "0722 410 233"}[n]}, "once": {"screens1"}})
		if err != nil || answer.StatusCode != http.StatusSeeOther {
			t.Fatal(answer, err)
		}
	}
	look("link-ask", links...)
	for _, one := range s.Safaricom.Prompts() {
		if err := s.Safaricom.Answer(one.CheckoutID, safaricom.Answer{Act: safaricom.Cancel}); err != nil {
			t.Fatal(err)
		}
	}
	until(t, 30*time.Second, "a verdict", func() bool {
		seen, err := s.Main.Prompts.Asks(t.Context(), d.CustomerID, 1)
		return err == nil && !seen[0].Open()
	})
	look("link-failed", links...)
}
