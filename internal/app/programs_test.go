package app

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"mtandao/internal/apikeys"
	"mtandao/internal/audit"
	"mtandao/internal/db"
)

var madeKey = regexp.MustCompile(`mtk_[0-9a-f]{48}`)

// program is another program with a key.
type program struct {
	t         *testing.T
	base, key string
}

func (p program) get(path string) (status int, body string) {
	p.t.Helper()
	r, err := http.NewRequestWithContext(p.t.Context(), http.MethodGet, p.base+"/api/v1"+path, nil)
	if err != nil {
		p.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+p.key)
	r.Host = "evil.example"
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		p.t.Fatal(err)
	}
	defer res.Body.Close()
	read, err := io.ReadAll(res.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	if strings.Contains(string(read), "evil.example") || len(res.Cookies()) > 0 {
		p.t.Errorf("%s answers %v %s", path, res.Cookies(), read)
	}
	return res.StatusCode, string(read)
}

// A key is made in the console and shown once; a program reads with it what it may; revoked in the console it opens nothing at once.
func TestAKeyFromTheConsoleOpensTheAPI(t *testing.T) {
	for _, dialect := range []string{db.SQLite, db.MySQL} {
		t.Run(dialect, func(t *testing.T) { keyStory(t, stageOn(t, dialect, 1)) })
	}
}

func keyStory(t *testing.T, s *Stage) {
	c := s.customer(t)
	owner, manager := s.hire(t, "keys@demo.example", nil, "owner"), s.hire(t, "manager@demo.example", nil, "manager")
	form := url.Values{"name": {"Book keeper"}, "scopes": scopesRead()}
	if got := manager.send("/office/apikeys/new", form); got.status != http.StatusForbidden {
		t.Errorf("a manager makes keys: %d", got.status)
	}
	if got := owner.send("/office/apikeys/new", url.Values{"name": {"Book keeper"}}); !strings.Contains(got.body, "at least one thing") {
		t.Errorf("a key for nothing: %d", got.status)
	}
	made := owner.send("/office/apikeys/new", form)
	p := program{t, owner.base, madeKey.FindString(made.body)}
	if p.key == "" {
		t.Fatal(made.status, made.body)
	}
	if got := owner.look("/office/apikeys"); !strings.Contains(got.body, "Book keeper") || strings.Contains(got.body, p.key) {
		t.Errorf("the list: %d %s", got.status, got.body)
	}
	for path, want := range map[string]string{"/customers": c.Name, "/customers/" + number(c.ID): c.Number, "/plans": `"currency":"KES"`, "/payments": `"data"`, "/invoices": `"data"`, "/openapi.json": "3.1.0",
		"/subscriptions": `"data"`, "/orders": `"data"`, "/voucher-batches": `"data"`, "/resellers": `"data"`, "/sessions": `"data"`, "/routers": `"answers"`, "/tickets": `"data"`, "/customers/" + number(c.ID) + "/usage": `"data"`,
		"/subscriptions?state=active&customer_id=" + number(c.ID): `"data"`, "/tickets?state=open&customer_id=" + number(c.ID): `"data"`, "/orders?state=paid&limit=1": `"data"`, "/sessions?site_id=1": `"data"`,
		"/reports": "revenue-plans", "/reports/ageing": `"columns"`, "/reports/lines": `"rows"`} {
		if status, body := p.get(path); status != http.StatusOK || !strings.Contains(body, want) {
			t.Errorf("%s: %d %s", path, status, body)
		}
	}
	if status, body := p.get("/nowhere"); status != http.StatusNotFound || !strings.Contains(body, "urn:mtandao:problem:not-found") {
		t.Error(status, body)
	}
	sitesOfAKey(t, s, owner)
	all, err := s.Main.APIKeys.List(t.Context())
	if err != nil || len(all) != 2 || all[1].UsedAt.IsZero() {
		t.Fatal(all, err)
	}
	if got := owner.look("/office/apikeys"); strings.Contains(got.body, `action="/office/apikeys/`) {
		t.Error("a key is revoked without a question")
	}
	owner.expect(owner.look("/office/apikeys/"+number(all[1].ID)+"/revoke"), http.StatusOK, "Revoke the key of Book keeper?", "from this moment on")
	if status, _ := p.get("/plans"); status != http.StatusOK {
		t.Errorf("asked, and revoked already: %d", status)
	}
	if got := owner.press("/office/apikeys/"+number(all[1].ID)+"/revoke", "/revoke", nil); got.status != http.StatusSeeOther {
		t.Fatal(got.status, got.body)
	}
	if status, body := p.get("/plans"); status != http.StatusUnauthorized {
		t.Errorf("a revoked key reads: %d %s", status, body)
	}
	events, err := s.Main.Audit.List(t.Context(), audit.Filter{Object: "API key", Limit: 10})
	if err != nil || len(events) != 3 {
		t.Errorf("%d events: %v", len(events), err)
	}
	if got := owner.look("/office/audit"); !strings.Contains(got.body, "revoked an API key") {
		t.Errorf("the trail does not say it: %d", got.status)
	}
}

// scopesRead are all that let read.
func scopesRead() (all []string) {
	for _, s := range apikeys.Scopes {
		if strings.HasSuffix(string(s), ".read") {
			all = append(all, string(s))
		}
	}
	return all
}

// sitesOfAKey: a key of one site reads what the console shows who works there alone.
func sitesOfAKey(t *testing.T, s *Stage, owner *colleague) {
	site := number(s.seeded.sites["ngong"].ID)
	made := owner.send("/office/apikeys/new", url.Values{"name": {"Ngong"}, "scopes": slices.DeleteFunc(scopesRead(), func(s string) bool { return s == "plans.read" }), "sites": {site}, "until": {"2099-12-31"}})
	p := program{t, owner.base, madeKey.FindString(made.body)}
	for _, path := range []string{"/customers", "/payments", "/subscriptions", "/orders", "/voucher-batches", "/sessions", "/routers", "/tickets"} {
		status, body := p.get(path)
		var got struct {
			Data []struct {
				Site string `json:"site_id"`
			} `json:"data"`
		}
		if err := json.Unmarshal([]byte(body), &got); err != nil || status != http.StatusOK {
			t.Fatal(status, body, err)
		}
		for _, one := range got.Data {
			if one.Site != site {
				t.Errorf("%s tells what is of site %q", path, one.Site)
			}
		}
	}
	for path, want := range map[string]int{"/invoices": http.StatusForbidden, "/reports/ageing": http.StatusForbidden, "/reports/revenue-sites": http.StatusOK, "/plans": http.StatusForbidden, "/invoices/1": http.StatusNotFound} {
		if status, body := p.get(path); status != want {
			t.Errorf("%s: %d %s", path, status, body)
		}
	}
}
