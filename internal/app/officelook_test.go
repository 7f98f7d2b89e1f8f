package app

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"mtandao/internal/words"
)

// looker is a browser of its own cookies that looks at pages of the console.
type looker struct {
	*browser
	base      string
	axe, look string
	heard     []string
	known     *sync.Map // pages that a looker has opened
}

// newLooker opens one in a tab's browser.
func newLooker(t *testing.T, parent context.Context, base string, known *sync.Map) *looker {
	t.Helper()
	ctx, stop := chromedp.NewContext(parent, chromedp.WithNewBrowserContext())
	t.Cleanup(stop)
	l := &looker{browser: &browser{t: t, ctx: ctx, hosts: map[string]bool{}}, base: base, known: known}
	l.do(chromedp.Do(ctx))
	l.do(chromedp.Listen(ctx, l.overhear))
	_, err := chromedp.Call(ctx, network.Enable, network.EnableParams{})
	l.do(err)
	for file, into := range map[string]*string{"../../portal/guest/testdata/axe.min.js": &l.axe, "testdata/console.js": &l.look} {
		script, err := os.ReadFile(file)
		l.do(err)
		*into = string(script)
	}
	return l
}

// overhear keeps what no page may cause: faults of scripts, what the policy blocks, what cannot be loaded, another host asked.
func (l *looker) overhear(event any) {
	said := ""
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		if u, err := url.Parse(e.Request.URL); err != nil || u.Scheme != "data" && !strings.HasPrefix(e.Request.URL, l.base+"/") {
			said = "asked " + e.Request.URL
		}
	case *log.EventEntryAdded:
		said = "browser: " + e.Entry.Text + " " + e.Entry.URL
	case *runtime.EventExceptionThrown:
		said = "exception: " + e.ExceptionDetails.Text
	case *runtime.EventConsoleAPICalled:
		said = "console: " + string(e.Type)
	}
	if said != "" {
		l.mu.Lock()
		l.heard = append(l.heard, said)
		l.mu.Unlock()
	}
}

// seenAs are the cookies of somebody who sees the console in a language, light or dark.
func seenAs(token string, lang words.Lang, dark bool) map[string]string {
	night := "0"
	if dark {
		night = "1"
	}
	return map[string]string{"mtandao_office": token, "mtandao_look": url.Values{"l": {string(lang)}, "d": {night}, "s": {"0"}}.Encode()}
}

// be makes the browser somebody's.
func (l *looker) be(token string, lang words.Lang, dark bool) {
	l.t.Helper()
	for name, value := range seenAs(token, lang, dark) {
		_, err := chromedp.Call(l.ctx, network.SetCookie, network.SetCookieParams{Name: name, Value: value, URL: l.base + "/office"})
		l.do(err)
	}
}

var (
	changing = regexp.MustCompile(`name="(k|once)" value="[0-9a-f]+"|data:image/png;base64,[^"]+|<p class="code">[^<]+|[a-z-]+@demo\.example|[0-9]+`) // stamps, secrets, who looks, times and counts
	mainPart = regexp.MustCompile(`(?s)<main.*</main>`)
)

// fetch asks for a page without opening it: how it is answered, and whether its like has not been opened yet.
func (l *looker) fetch(path, token string, see sight) (status int, fresh bool) {
	l.t.Helper()
	r, err := http.NewRequest(http.MethodGet, l.base+path, nil)
	l.do(err)
	jar, err := cookiejar.New(nil)
	l.do(err)
	for name, value := range seenAs(token, see.lang, see.dark) {
		jar.SetCookies(r.URL, []*http.Cookie{{Name: name, Value: value, Path: "/office"}})
	}
	answer, err := (&http.Client{Jar: jar}).Do(r)
	l.do(err)
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	l.do(err)
	_, known := l.known.LoadOrStore(fmt.Sprint(see)+changing.ReplaceAllString(mainPart.FindString(string(body)), ""), true)
	return answer.StatusCode, !known
}

// found is what a page is like.
type found struct {
	Status     int      `json:"status"`
	Complaints []string `json:"complaints"`
	Shape      string   `json:"shape"` // what axe judges the page by
}

// axeRun leaves out what is framed: the previews are guests' pages, which have tests of their own and hear from nobody.
const axeRun = `axe.run({iframes: false, runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'], resultTypes: ['violations']})
	.then(r => r.violations.flatMap(v => v.nodes.map(n => v.id + ': ' + n.html + ' ' + n.failureSummary)))`

// at opens a page and looks at it, with axe too.
func (l *looker) at(path string) found {
	l.t.Helper()
	l.open(l.base + path)
	return l.here(path)
}

// here looks at the page that is open. Axe judges each shape once: most of the time of a walk goes there, and of pages that differ in what their texts say it says the same.
func (l *looker) here(path string) found {
	l.t.Helper()
	f, err := chromedp.Run(l.ctx, chromedp.Evaluate[found](l.look))
	l.do(err)
	if preview := strings.HasSuffix(path, "/preview"); preview { // it is a guest's page, which has tests of its own
		f.Complaints = nil
	} else if _, judged := l.known.LoadOrStore("axe "+f.Shape, true); !judged {
		_, err := chromedp.Run(l.ctx, chromedp.Evaluate[int](l.axe+";0"))
		l.do(err)
		against, err := chromedp.Run(l.ctx, chromedp.Evaluate[[]string](axeRun, chromedp.EvalAwaitPromise))
		l.do(err)
		f.Complaints = append(f.Complaints, against...)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, said := range l.heard {
		if refused := strings.HasSuffix(said, l.base+path) && strings.Contains(said, strconv.Itoa(f.Status)); !refused { // a refused page is told there too
			f.Complaints = append(f.Complaints, said)
		}
	}
	l.heard = nil
	return f
}

// keep writes a picture of a page into the folder that MTANDAO_SCREENS names; without one it takes none.
func (l *looker) keep(path, name string) {
	l.t.Helper()
	folder := os.Getenv("MTANDAO_SCREENS")
	if folder == "" {
		return
	}
	folder = filepath.Join(folder, "console")
	l.do(os.MkdirAll(folder, 0o755))
	picture, err := chromedp.Run(l.ctx, chromedp.FullScreenshot(100))
	l.do(err)
	file := strings.Trim(strings.NewReplacer("/office", "", "/", "_", "?", "_", "=", "-", "&", "_").Replace(path), "_")
	l.do(os.WriteFile(filepath.Join(folder, file+"-"+name+".png"), picture, 0o644))
}
