package app

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// The document of a tab is written anew without a policy that would keep what somebody typed from running; what ran, and what is in the tree of the browser that would run when it
// is touched, is told.
const (
	laying    = `window.ran = []; window.pwn = n => ran.push('ran ' + n); document.open(); document.write(PAGE); document.close(); ran.length`
	gathering = `for (const e of document.querySelectorAll('*')) {
	if (e.tagName.toLowerCase().includes('pwn')) ran.push('tag');
	for (const a of e.attributes) {
		if (a.name.includes('pwn') || a.name.startsWith('on') && a.value.includes('pwn') || a.name == 'srcdoc') ran.push(e.tagName + ' ' + a.name);
		if (a.name != 'value' && /^[\s\x00-\x1f]*(j\s*a\s*v\s*a\s*s\s*c\s*r\s*i\s*p\s*t|data:text|\/\/pwn)/i.test(a.value) && ['href', 'src', 'action', 'formaction', 'data', 'xlink:href'].includes(a.name)) ran.push(e.tagName + ' ' + a.name);
	}
	if (['SCRIPT', 'STYLE'].includes(e.tagName) && e.textContent.includes('pwn')) ran.push(e.tagName);
}
[...new Set(ran)].join(', ')`
)

// ranIn is what of a page ran in a browser, or would.
func ranIn(t *testing.T, b *browser, page string) string {
	t.Helper()
	text, err := json.Marshal(page)
	b.do(err)
	_, err = chromedp.Run(b.ctx, chromedp.Evaluate[int](strings.Replace(laying, "PAGE", string(text), 1)))
	b.do(err)
	said, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](gathering))
	b.do(err)
	return said
}

// runsNothing lays pages that show payloads before a real browser, which would run them if they were markup: it does of one that is not escaped.
func runsNothing(t *testing.T, pages map[string]string) {
	t.Helper()
	b := newTab(t, openBrowser(t), true)
	b.do(chromedp.Do(b.ctx, chromedp.Navigate("about:blank")))
	ran, live := 0, 0
	for n, payload := range payloads[:len(payloads)-2] { // the last two are for a template, and escaped already
		said := ""
		for _, wrapped := range []string{"<p>" + payload, `<p x="` + payload + `">`, `<p x='` + payload + `'>`, "<p x=" + payload + ">", `<a href="` + payload + `">`, "<script>x='" + payload + "'</script>", "<script>x=`" + payload + "`</script>", `<script>x="` + payload + `"</script>`} {
			said += ranIn(t, b, wrapped)
		}
		if said == "" {
			t.Errorf("the browser does not see payload %d, %s", n+1, payload)
		}
		if strings.Contains(said, "ran ") {
			ran++
		}
		live++
	}
	for _, path := range slices.Sorted(maps.Keys(pages)) {
		if said := ranIn(t, b, pages[path]); said != "" {
			t.Errorf("in the browser %s: %s", path, said)
		}
	}
	t.Logf("%d pages before a browser in which %d of %d payloads run by themselves", len(pages), ran, live)
	if ran < 15 || len(pages) < 60 {
		t.Error("too little was laid before the browser")
	}
}
