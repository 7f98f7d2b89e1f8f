package app

import (
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// TestScreensOfSubscribers looks at each of their pages in a real browser, on two phones and a desk, in both languages, English on one phone dark: axe, the console, the policy and the width; a page
// is one request, and comes within a second on a slow line: 14 KB. Pictures go to the folder that MTANDAO_SCREENS names.
func TestScreensOfSubscribers(t *testing.T) {
	s := openStage(t, 1)
	c, line, k := s.subscribed(t, "0711200003")
	s.owes(t, c)
	s.downloaded(t, number(line.GrantID))
	if _, err := s.plugIn("amina", 7); err != nil {
		t.Fatal(err)
	}
	until(t, 30*time.Second, "she is online", func() bool { return strings.Contains(k.opens("/my/use/"+number(line.ID)), "Online since") })
	form := formTo(t, k.opens("/my/tickets"), "/my/tickets")
	for name, typed := range map[string]string{"category": "slow", "subject": "Slow in the evening", "text": "Since Monday, after eight.", "complaint": "1"} {
		form.Set(name, typed)
	}
	k.again("/my/tickets", form, "Since Monday")
	tickets, err := s.Main.Tickets.OfCustomer(t.Context(), c.ID, 0, 1)
	if err != nil || len(tickets) != 1 {
		t.Fatal(tickets, err)
	}
	parent := openBrowser(t)
	var known sync.Map
	in, out := newLooker(t, parent, "http://"+s.Main.HTTPAddress(), &known), newLooker(t, parent, "http://"+s.Main.HTTPAddress(), &known)
	at, err := url.Parse(in.base + "/my")
	if err != nil {
		t.Fatal(err)
	}
	for _, kept := range k.client.Jar.Cookies(at) {
		_, err := chromedp.Call(in.ctx, network.SetCookie, network.SetCookieParams{Name: kept.Name, Value: kept.Value, URL: in.base + "/my"})
		in.do(err)
	}
	pages := map[string]*looker{"/my/bill/1": in, "/my/in": out, "/my/code": out, "/my/enter": out}
	for _, path := range []string{"", "/pay", "/owe", "/papers", "/password", "/prove", "/consent", "/data", "/messages", "/tickets", "/ticket/" + number(tickets[0].ID), "/use/" + number(line.ID), "/line/" + number(line.ID), "/line/" + number(line.ID) + "/secret",
		"/line/" + number(line.ID) + "/devices"} {
		pages["/my"+path] = in
	}
	for _, width := range []int64{320, 390, 1280} {
		for _, lang := range []string{"en", "sw"} {
			for path, l := range pages {
				l.do(chromedp.Do(l.ctx, chromedp.EmulateViewport(width, 700)))
				l.likes(lang == "en" && width == 390)
				f := l.at(path + "?l=" + lang)
				if want := map[bool]int{true: 404, false: 200}[path == "/my/bill/1"]; f.Status != want {
					t.Errorf("%s: %d", path, f.Status)
				}
				for _, complaint := range f.Complaints {
					t.Errorf("%s in %s at %d: %s", path, lang, width, complaint)
				}
				l.keep(strings.NewReplacer("/"+number(line.ID), "", "/"+number(tickets[0].ID), "").Replace(path), lang+"-"+number(width))
				if page := k.opens(path+"?l="+lang, ""); len(page) > 14<<10 {
					t.Errorf("%s is %d octets", path, len(page))
				}
			}
		}
	}
}

// likes has the browser say that its person likes pages dark, or light.
func (l *looker) likes(dark bool) {
	l.t.Helper()
	scheme := map[bool]string{true: "dark", false: "light"}[dark]
	_, err := chromedp.Call(l.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
	l.do(err)
}
