package callbacks

import (
	"context"
	"io"
	"net/http/httptest"
	"testing"

	"github.com/gofiber/fiber/v2"

	"mtandao/internal/clock"
	"mtandao/internal/fault"
	"mtandao/portal/web"
)

func routerFiles(script func(context.Context, string) (string, error)) *fiber.App {
	page := func(token, name string) (string, bool) {
		return "page of " + token, token == "known" && name == "login.html"
	}
	app := fiber.New(fiber.Config{Immutable: true, ErrorHandler: func(c *fiber.Ctx, err error) error { return c.SendStatus(web.Status(err)) }})
	for _, r := range NewRouterFiles(clock.NewManual(now), web.Proxies{}, script, page).Routes() {
		app.Add(r.Method, r.Path, r.Handle)
	}
	return app
}

func fetch(t *testing.T, app *fiber.App, method, path string) (int, string, string) {
	t.Helper()
	answer, err := app.Test(httptest.NewRequest(method, path, nil))
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(answer.Body)
	return answer.StatusCode, string(body), answer.Header.Get("Cache-Control")
}

func TestRouterFetchesItsScriptOnce(t *testing.T) {
	spent := 0
	app := routerFiles(func(_ context.Context, token string) (string, error) {
		if spent++; token != "once" || spent > 1 {
			return "", fault.New(fault.NotFound, "setup.link")
		}
		return "# script", nil
	})
	if status, _, _ := fetch(t, app, "HEAD", "/r/s/once"); status == 200 || spent != 0 {
		t.Errorf("a HEAD answered %d and spent %d links", status, spent)
	}
	if status, body, cache := fetch(t, app, "GET", "/r/s/once"); status != 200 || body != "# script" || cache != "no-store" {
		t.Errorf("%d %q %q", status, body, cache)
	}
	if status, body, _ := fetch(t, app, "GET", "/r/s/once"); status != 404 || body == "# script" {
		t.Errorf("a second time: %d %q", status, body)
	}
}

func TestGuessingAtLinksIsSlowed(t *testing.T) {
	asked := 0
	app := routerFiles(func(context.Context, string) (string, error) {
		asked++
		return "", fault.New(fault.NotFound, "setup.link")
	})
	for range triesBurst {
		fetch(t, app, "GET", "/r/s/guess")
	}
	if status, _, _ := fetch(t, app, "GET", "/r/s/guess"); status != 429 || asked != triesBurst {
		t.Errorf("guess %d was asked, and answered %d", asked, status)
	}
}

func TestRouterFetchesPages(t *testing.T) {
	app := routerFiles(nil)
	for path, want := range map[string]int{"/r/p/known/login.html": 200, "/r/p/known/other.html": 404, "/r/p/unknown/login.html": 404} {
		if status, body, _ := fetch(t, app, "GET", path); status != want || (status == 200) != (body == "page of known") {
			t.Errorf("%s: %d %q", path, status, body)
		}
	}
}
