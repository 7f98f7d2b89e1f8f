package app

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"mtandao/internal/audit"
	"mtandao/internal/db"
)

func (p program) send(method, path, once, body string) (status int, said string) {
	p.t.Helper()
	r, err := http.NewRequestWithContext(p.t.Context(), method, p.base+"/api/v1"+path, strings.NewReader(body))
	if err != nil {
		p.t.Fatal(err)
	}
	for name, value := range map[string]string{"Authorization": "Bearer " + p.key, "Content-Type": "application/json", "Idempotency-Key": once} {
		r.Header.Set(name, value)
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		p.t.Fatal(err)
	}
	defer res.Body.Close()
	read, err := io.ReadAll(res.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return res.StatusCode, string(read)
}

// A program makes a customer, once however often it asks, also when the program here died after the deed and before its answer; the trail names the key.
func TestAProgramMakesACustomerOnce(t *testing.T) {
	for _, dialect := range []string{db.SQLite, db.MySQL} {
		t.Run(dialect, func(t *testing.T) { madeOnceStory(t, stageOn(t, dialect, 1)) })
	}
}

func madeOnceStory(t *testing.T, s *Stage) {
	owner := s.hire(t, "keys@demo.example", nil, "owner")
	made := owner.send("/office/apikeys/new", url.Values{"name": {"Shop"}, "scopes": {"customers.read", "customers.write"}})
	p := program{t, owner.base, madeKey.FindString(made.body)}
	const asha = `{"name":"Asha Otieno","contacts":[{"kind":"phone","value":"0722 000 077"}],"addresses":[{"kind":"premises","area":"Ngong"}]}`
	status, first := p.send(http.MethodPost, "/customers", "order-1", asha)
	if status != http.StatusCreated || !strings.Contains(first, `"value":"254722000077"`) {
		t.Fatal(status, first)
	}
	if status, again := p.send(http.MethodPost, "/customers", "order-1", asha); status != http.StatusCreated || again != first {
		t.Errorf("again: %d %s", status, again)
	}
	if _, err := s.Main.DB.SQL().ExecContext(t.Context(), "UPDATE api_calls SET state = 'done', status = 0, answer = NULL"); err != nil { // as a death leaves it
		t.Fatal(err)
	}
	if status, again := p.send(http.MethodPost, "/customers", "order-1", asha); status != http.StatusCreated || again != first {
		t.Errorf("after a death: %d %s", status, again)
	}
	if status, said := p.send(http.MethodPost, "/customers", "order-1", `{"name":"Anne"}`); status != http.StatusConflict || !strings.Contains(said, "api.once_other") {
		t.Errorf("another body: %d %s", status, said)
	}
	if status, said := p.send(http.MethodPost, "/customers", "order-2", `{"name":"Anne","contacts":[{"kind":"phone","value":"12"}]}`); status != http.StatusBadRequest || !strings.Contains(said, `"field":"contacts"`) {
		t.Errorf("a wrong number: %d %s", status, said)
	}
	var count int
	if err := s.Main.DB.SQL().QueryRowContext(t.Context(), "SELECT COUNT(*) FROM customers WHERE name IN ('Asha Otieno', 'Anne')").Scan(&count); err != nil || count != 1 {
		t.Errorf("%d customers: %v", count, err)
	}
	events, err := s.Main.Audit.List(t.Context(), audit.Filter{Actor: "API key Shop", Limit: 10})
	if err != nil || len(events) != 2 || events[1].Action != "customer made" { // and the address with it
		t.Errorf("%+v %v", events, err)
	}
}
