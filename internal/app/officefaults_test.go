package app

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// TestALookAtTheConsoleFindsFaults: the look itself must see what it is there for.
func TestALookAtTheConsoleFindsFaults(t *testing.T) {
	planted := map[string]string{
		"scrolls sideways":         `<p style="width:2000px">wide</p>`,
		"not exactly one h1":       `<h1>two</h1>`,
		"no label":                 `<input name="x">`,
		"px to tap":                `<button>x</button>`,
		"cut off":                  `<div style="width:4em;overflow:hidden;white-space:nowrap">Nimelipa tayari</div>`,
		"text leaves its surface":  `<div class="card" style="width:4em;white-space:nowrap">Nimelipa tayari</div>`,
		"a text is missing":        `<p>!office.nothing</p>`,
		"no value":                 `<p>What is billed of them: &lt;no value&gt;. It stays as it is, and the next bill is for the days up to it.</p>`,
		"color-contrast":           `<p style="color:#999;background:#fff">pale</p>`,
		"exception":                `<script>throw new Error('x')</script>`,
		"console: error":           `<script>console.error('x')</script>`,
		"Content Security Policy":  `<img alt="" src="data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA=">`,
		"asked http://192.0.2.1/x": `<link rel="stylesheet" href="http://192.0.2.1/x">`,
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", "img-src 'none'")
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fault := planted[r.URL.Query().Get("fault")]
		_, _ = w.Write([]byte(`<!doctype html><html lang="en"><title>Faults</title><body style="background:#fff"><main><h1>Faults</h1>` + fault + `</main></body></html>`))
	}))
	t.Cleanup(server.Close)
	parent := openBrowser(t)
	l := newLooker(t, parent, server.URL, &sync.Map{})
	if clean := l.at("/"); clean.Status != http.StatusOK || len(clean.Complaints) > 0 {
		t.Errorf("of a page without a fault: %+v", clean)
	}
	for fault := range planted {
		if all := strings.Join(l.at("/?fault="+strings.ReplaceAll(fault, " ", "%20")).Complaints, "\n"); !strings.Contains(all, fault) {
			t.Errorf("%q is not seen: %s", fault, all)
		}
	}
}
