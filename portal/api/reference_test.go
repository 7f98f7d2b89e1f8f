package api

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"mtandao/internal/fault"
	"mtandao/internal/webhooks"
)

// The reference tells each address with its fields and a command that sends what it takes; none is left out.
func TestTheReferenceTellsEachAddress(t *testing.T) {
	f := stand(t)
	res, err := f.app.Test(httptest.NewRequest(http.MethodGet, "https://isp.example"+Base+"/docs", nil), 10_000)
	if err != nil || res.StatusCode != http.StatusOK || !strings.Contains(res.Header.Get("Content-Security-Policy"), "sha256-") {
		t.Fatal(res, err)
	}
	page := string(f.api.page)
	for _, o := range f.api.operations() {
		e, there := examples[o.id]
		if !there || o.deed != nil && (o.deed.asks != nil) != (e.body != "") || !strings.Contains(page, `<section id="`+o.id+`">`) {
			t.Errorf("%s has no example that sends what it takes", o.id)
		}
		for _, p := range o.told() {
			if p.Name == "" || !strings.Contains(page, "<code>"+p.Name+"</code>") {
				t.Errorf("%s does not tell of %s", o.id, p.Name)
			}
		}
	}
	for _, one := range f.api.occurrences() {
		if !strings.Contains(page, "<code>"+string(one.kind)+"</code>") {
			t.Errorf("%s is not told", one.kind)
		}
	}
	if len(examples) != len(f.api.operations()) {
		t.Errorf("%d examples of %d addresses", len(examples), len(f.api.operations()))
	}
}

// Each kind that an endpoint may want is in the document, with what it holds, and is rendered as that says.
func TestTheDocumentTellsEachEvent(t *testing.T) {
	f := stand(t)
	var told struct {
		Webhooks map[string]struct {
			Post struct {
				OperationID string
				RequestBody struct {
					Content map[string]struct {
						Schema struct {
							Properties struct {
								Type struct{ Enum []webhooks.Kind }
								Data map[string]any
							}
						}
					}
				}
			}
		}
	}
	if err := json.Unmarshal(f.api.document, &told); err != nil {
		t.Fatal(err)
	}
	for _, k := range append([]webhooks.Kind{webhooks.Test}, webhooks.Kinds...) {
		post := told.Webhooks[string(k)].Post
		holds := post.RequestBody.Content["application/json"].Schema.Properties
		if post.OperationID != "on"+eventName(k) || !slices.Equal(holds.Type.Enum, []webhooks.Kind{k}) || holds.Data["$ref"] == nil && holds.Data["properties"] == nil {
			t.Errorf("%s in the document is %+v", k, post)
		}
	}
	if len(told.Webhooks) != len(webhooks.Kinds)+1 || eventName(webhooks.InvoicePaid) != "InvoicePaid" {
		t.Error(len(told.Webhooks), eventName(webhooks.InvoicePaid))
	}
	if _, _, err := f.api.Resource(t.Context(), "nothing.happened", 1); !fault.Is(err, fault.NotFound) {
		t.Error(err)
	}
}
