package api

import (
	"encoding/json"
	"net/http"
	"net/url"
	"testing"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"
)

// Whoever follows the cursors sees each once; a cursor of another list, or with other filters, is refused.
func TestFollowingTheCursors(t *testing.T) {
	f := stand(t)
	for path, want := range map[string]int{"/customers": 3, "/payments": 3, "/invoices": 3, "/plans": 3} {
		seen, cursor := map[string]bool{}, ""
		for range 4 {
			var got list[struct {
				ID string `json:"id"`
			}]
			a := f.get(everything, path+"?limit=1&cursor="+url.QueryEscape(cursor))
			if err := json.Unmarshal([]byte(a.body), &got); err != nil || len(got.Data) != 1 || seen[got.Data[0].ID] {
				t.Fatalf("%s: %s %v", path, a.body, err)
			}
			seen[got.Data[0].ID] = true
			if cursor = got.Next; cursor == "" {
				break
			}
			for other := range map[string]bool{"/customers?state=closed": true, "/payments?group=paid": true, "/invoices?state=draft": true, "/plans?state=live": true} {
				if got := f.get(everything, other+"&cursor="+cursor); got.code() != "api.cursor" {
					t.Errorf("%s takes a cursor of %s: %d", other, path, got.status)
				}
			}
		}
		if len(seen) != want || cursor != "" {
			t.Errorf("%s: %v, and then %q", path, seen, cursor)
		}
	}
}

// No cursor that is not ours is believed, whatever stands in it.
func FuzzCursors(f *testing.F) {
	a := open(f)
	app := fiber.New()
	for _, seed := range []string{"", "x", "AAAAAAAAAAAAAAAAAAAAADEyMw", "%00", "MTIz"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, cursor string) {
		c := &fasthttp.RequestCtx{}
		c.Request.Header.SetMethod(http.MethodGet)
		c.Request.SetRequestURI("/?cursor=" + url.QueryEscape(cursor))
		ctx := app.AcquireCtx(c)
		defer app.ReleaseCtx(ctx)
		q := &call{Ctx: ctx, api: a, op: a.operations()[0]}
		if place, err := q.place(); cursor != "" && (err == nil || place != "") {
			t.Errorf("%q is believed: %q", cursor, place)
		}
	})
}
