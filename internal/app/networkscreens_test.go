package app

import (
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"mtandao/internal/status"
	"mtandao/internal/words"
)

// TestScreensOfTheNetwork looks at who is online, at what the search box finds and at the status page in a real browser, on a phone and on a desk, in both languages; and sees that a list which
// brings itself up to date leaves the focus and what is typed where they are. Pictures go to the folder that MTANDAO_SCREENS names.
func TestScreensOfTheNetwork(t *testing.T) {
	s := openStage(t, 1)
	s.atAnyHour(t)
	s.customer(t)
	s.invoiced(t)
	s.bought(t, "kasarani-1", "02a1b2c3d4aa")
	now := s.Main.Plan.Now()
	said := map[words.Lang]string{words.English: "A fibre is cut at Ngong road. We are on our way.", words.Swahili: "Nyaya imekatika barabara ya Ngong. Tuko njiani."}
	for _, n := range []status.Notice{{Kind: status.Trouble, Sites: []int64{s.seeded.sites["ngong"].ID}, From: now.Add(-time.Hour), Texts: said}, {Kind: status.Planned, From: now.Add(24 * time.Hour), Until: now.Add(26 * time.Hour), Texts: said}} {
		if _, err := s.Main.Status.Write(t.Context(), n, status.By{Actor: "sees@demo.example"}); err != nil {
			t.Fatal(err)
		}
	}
	parent := openBrowser(t)
	var known sync.Map
	l := newLooker(t, parent, "http://"+s.Main.HTTPAddress(), &known)
	owner := s.hire(t, "sees@demo.example", nil, "owner")
	for _, lang := range []words.Lang{words.English, words.Swahili} {
		l.be(owner.token, lang, false)
		for name, path := range map[string]string{"online": "/office/sessions", "search-address": "/office/search?q=10.5.50.2", "search-many": "/office/search?q=a", "search-when": "/office/search?q=10.5.50.2+at+noon", "notices": "/office/status", "notice": "/office/status/new",
			"public": "/status?l=" + string(lang), "public-site": "/status/ngong?l=" + string(lang)} {
			for _, width := range []int64{390, 1280} {
				l.do(chromedp.Do(l.ctx, chromedp.EmulateViewport(width, 800)))
				for _, c := range l.at(path).Complaints {
					t.Errorf("%s at %d: %s", path, width, c)
				}
				l.keep("network-"+name+"-"+string(lang), number(width))
			}
		}
	}
	l.staysPut()
}

// staysPut waits until a list has renewed itself.
func (l *looker) staysPut() {
	l.t.Helper()
	l.at("/office/sessions")
	says := func(expression string) string {
		l.t.Helper()
		said, err := chromedp.Run(l.ctx, chromedp.Evaluate[string](expression))
		l.do(err)
		return said
	}
	fresh := `document.querySelector('#live p').textContent`
	before := says(`document.getElementById('mac').value = '02:A1'; document.querySelector('#live a').focus(); ` + fresh)
	until(l.t, 20*time.Second, "the list renews itself", func() bool { return says(fresh) != before })
	focus, typed := says(`document.activeElement.closest('#live') ? document.activeElement.tagName : 'lost'`), says(`document.getElementById('mac').value`)
	if focus != "A" || typed != "02:A1" {
		l.t.Errorf("after it renewed itself the focus is on %q, and %q is typed", focus, typed)
	}
}
