package api

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"mtandao/internal/fault"
)

const asha = `{"name":"Asha Otieno","site_id":"1","contacts":[{"kind":"phone","value":"0722000001","for_bills":true}],"tags":["new"]}`

// A deed is done once by its name: sent again it is answered as the first time, well or badly; with another body it is refused.
func TestADeedIsDoneOnceByItsName(t *testing.T) {
	f := stand(t)
	first := f.send(http.MethodPost, "/customers", "order-1", asha)
	if first.status != http.StatusCreated || len(f.world.kept) != 1 || f.world.kept[0].Contacts[0].Value != "0722000001" || f.world.by.Actor != "API key Shop" {
		t.Fatalf("%d %s %+v", first.status, first.body, f.world.kept)
	}
	again := f.send(http.MethodPost, "/customers", "order-1", asha)
	if again.status != first.status || again.body != first.body || again.header.Get("Idempotent-Replayed") != "true" || len(f.world.kept) != 1 {
		t.Errorf("again: %d %s, done %d times", again.status, again.body, len(f.world.kept))
	}
	if got := f.send(http.MethodPost, "/customers", "order-1", strings.Replace(asha, "Asha", "Anne", 1)); got.status != http.StatusConflict || got.code() != "api.once_other" {
		t.Errorf("another body: %d %s", got.status, got.body)
	}
	if got := f.send(http.MethodPatch, "/customers/2", "order-1", `{"version":"4"}`); got.code() != "api.once_other" {
		t.Errorf("another address: %d %s", got.status, got.body)
	}
	f.world.refusal = fault.New(fault.Invalid, "customer.name")
	refused := f.send(http.MethodPost, "/customers", "order-2", asha)
	if refused.status != http.StatusBadRequest || !strings.Contains(refused.body, `"errors":[{"field":"name","detail":"Write a name`) {
		t.Errorf("refused: %d %s", refused.status, refused.body)
	}
	f.world.refusal = nil
	if got := f.send(http.MethodPost, "/customers", "order-2", asha); got.body != refused.body || len(f.world.kept) != 1 {
		t.Errorf("refused, and again: %d %s", got.status, got.body)
	}
	f.world.refusal = fault.Wrap(fault.Unavailable, "db.unavailable", io.ErrUnexpectedEOF)
	if got := f.send(http.MethodPost, "/customers", "order-3", asha); got.status != http.StatusServiceUnavailable {
		t.Errorf("database away: %d", got.status)
	}
	f.world.refusal = nil
	if got := f.send(http.MethodPost, "/customers", "order-3", asha); got.status != http.StatusCreated || len(f.world.kept) != 2 {
		t.Errorf("and back: %d %s", got.status, got.body)
	}
}

func TestWhatIsSentIsJudgedFieldByField(t *testing.T) {
	f := stand(t)
	for body, want := range map[string]string{
		"":                                     "api.body",
		"[]":                                   "api.body",
		`{"name":"A"} {}`:                      "api.body",
		`{"name":7}`:                           `"field":"name","detail":"name must be a text."`,
		`{"nmae":"A"}`:                         `"field":"nmae"`,
		`{}`:                                   `"field":"name","detail":"name must be there."`,
		`{"name":"A","kind":"ghost"}`:          `"field":"kind","detail":"kind is one of: person, business."`,
		`{"name":"A","contacts":[{}]}`:         `"field":"contacts[0].value"`,
		`{"name":"A","site_id":"9"}`:           `"field":"site_id"`,
		`{"name":"A","contacts":"0722"}`:       `"field":"contacts","detail":"contacts must be a list."`,
		`{"name":"A","tags":["a"],"tags":[1]}`: `"errors":[{`,
	} {
		if got := f.send(http.MethodPost, "/customers", "x"+strings.Map(letter, body), body); got.status != http.StatusBadRequest || !strings.Contains(got.body, want) {
			t.Errorf("%s: %d %s", body, got.status, got.body)
		}
	}
	for once, want := range map[string]string{"": "api.once_missing", "a b": "api.once", strings.Repeat("x", 256): "api.once"} {
		if got := f.send(http.MethodPost, "/customers", once, asha); got.code() != want {
			t.Errorf("%.20q: %d %s", once, got.status, got.body)
		}
	}
	if len(f.world.kept) > 0 {
		t.Error(f.world.kept)
	}
}

func letter(r rune) rune {
	if r > '!' && r <= '~' {
		return r
	}
	return -1
}

// What a change does not name stays; one that was read too long ago is refused.
func TestAChangeLeavesTheRest(t *testing.T) {
	f := stand(t)
	if got := f.send(http.MethodPatch, "/customers/2", "a", `{"version":"4","name":"Asha O."}`); got.status != http.StatusOK {
		t.Fatal(got.status, got.body)
	}
	kept := f.world.kept[0]
	if kept.Name != "Asha O." || len(kept.Contacts) != 1 || len(kept.Addresses) != 1 || len(kept.Tags) != 1 || kept.SiteID != 1 {
		t.Errorf("%+v", kept)
	}
	if got := f.send(http.MethodPatch, "/customers/2", "b", `{"version":"3","name":"Asha O."}`); got.status != http.StatusConflict || !strings.Contains(got.body, `"field":"version"`) {
		t.Errorf("%d %s", got.status, got.body)
	}
	if got := f.send(http.MethodPatch, "/customers/99", "c", `{"version":"3"}`); got.code() != "api.gone" {
		t.Errorf("%d %s", got.status, got.body)
	}
}
