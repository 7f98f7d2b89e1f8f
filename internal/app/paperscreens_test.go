package app

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"mtandao/internal/words"
)

// TestScreensOfPapers looks at what customers see in a real browser, on a phone and on a desk: the page of a link, that of a bad one, and each e-mail,
// in both languages; and at the page of an invoice in the console. Pictures go to the folder that MTANDAO_SCREENS names.
func TestScreensOfPapers(t *testing.T) {
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
	l.be(owner.token, words.English, false)
	shop, err := s.Main.Invoices.Numbered(t.Context(), "INV-2026-000001")
	if err != nil {
		t.Fatal(err)
	}
	paths := []string{"/d/AAAAAAAAAAAAAAAAAAAAAA", "/office/invoices/" + number(shop.ID), "/office/invoices/" + number(shop.ID) + "/send", "/office/customers/" + number(shop.CustomerID)}
	for _, phone := range []string{"254722600100", "254722410233"} {
		paths = append(paths, strings.TrimPrefix(linkShape.FindString(s.Messages.Inbox(phone)[0].Text), l.base))
	}
	for _, width := range []int64{320, 390, 1280} {
		l.do(chromedp.Do(l.ctx, chromedp.EmulateViewport(width, 800)))
		for n, path := range paths {
			complaints := l.at(path).Complaints
			for _, c := range complaints {
				if n > 0 { // the browser itself complains of a page that answers 404
					t.Errorf("%s at %d: %s", path, width, c)
				}
			}
			l.keep("paper-"+number(int64(n)), number(width))
		}
		for n := range s.Messages.Inbox("") {
			l.open(s.PostURL + "/mail/" + number(int64(n)) + "/html")
			l.keep("mail-"+number(int64(n)), number(width))
		}
		l.open(s.PostURL + "/mail")
		l.keep("mailbox", number(width))
	}
}
