package app

import (
	"fmt"
	"net/http"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"mtandao/internal/words"
)

// TestThePagesOfARouterAreWhole looks at the pages of a router that has holes and differences, in both languages, light and dark, at
// three widths: no console error, no CSP report, axe-core clean.
func TestThePagesOfARouterAreWhole(t *testing.T) {
	s := openStage(t, 1)
	fresh, configuration := s.boxed(t)
	for _, script := range []string{s.setupLine(t, fresh.ID), `/ip hotspot profile set [find where name~"^mtandao-"] login-by=http-pap,mac,trial`,
		`/radius set [find where comment="mtandao: radius 1"] timeout=300ms`, `/ip hotspot walled-garden add dst-host="*.example.com"`} {
		if said, err := configuration.Run(script); err != nil {
			t.Fatal(said, err)
		}
	}
	s.startSetUp(t, configuration, fresh.ID)
	s.lookNow(t, fresh.ID)
	until(t, 30*time.Second, "a look", func() bool {
		all, err := s.Main.Routers.Health(t.Context(), []int64{fresh.ID})
		return err == nil && all[fresh.ID].Look.Version != ""
	})
	owner := s.hire(t, "looks@demo.example", nil, "owner")
	parent := openBrowser(t)
	var known sync.Map
	l := newLooker(t, parent, "http://"+s.Main.HTTPAddress(), &known)
	at := "/office/routers/" + number(fresh.ID)
	for i, width := range []int64{320, 390, 1280} {
		for j, lang := range words.Languages {
			dark := (i+j)%2 == 1
			l.be(owner.token, lang, dark)
			l.do(chromedp.Do(l.ctx, chromedp.EmulateViewport(width, 800)))
			for _, path := range []string{"/office/routers", at, at + "/setup", at + "/check", at + "/differences", at + "/repair"} {
				if f := l.at(path); f.Status != http.StatusOK || len(f.Complaints) > 0 {
					t.Errorf("%s in %s at %d, dark %v: %d %q", path, lang, width, dark, f.Status, f.Complaints)
				}
				if os.Getenv("MTANDAO_SCREENS") != "" {
					l.keep(path, fmt.Sprintf("%s-%d-%v", lang, width, dark))
				}
			}
		}
	}
}
