package api

import (
	"encoding/json"
	"net/url"
	"testing"
)

// A statement that is read a line at a time says what it says at once: the same lines with the same balances; its cursor opens no other customer's.
func TestAStatementByPagesIsTheSame(t *testing.T) {
	f := stand(t)
	read := func(path string) (st statementView) {
		t.Helper()
		if a := f.get(everything, path); json.Unmarshal([]byte(a.body), &st) != nil || a.code() != "" {
			t.Fatal(path, a.status, a.body)
		}
		return st
	}
	whole, cursor := read("/customers/2/statement"), ""
	if len(whole.Data) != 3 || whole.Next != "" || whole.Opening.Cents != 500 || whole.Closing.Cents != -100 {
		t.Fatalf("%+v", whole)
	}
	for n, want := range whole.Data {
		st := read("/customers/2/statement?limit=1&cursor=" + url.QueryEscape(cursor))
		if len(st.Data) != 1 || st.Data[0] != want || (st.Next == "") != (n == 2) || st.Opening != whole.Opening || st.Closing != whole.Closing {
			t.Errorf("page %d: %+v, want %+v", n, st, want)
		}
		if cursor = st.Next; cursor == "" {
			break
		}
		for _, other := range []string{"/customers/1/statement?cursor=", "/customers/2/statement?from=2026-11-02&cursor="} {
			if got := f.get(everything, other+url.QueryEscape(cursor)); got.code() != "api.cursor" {
				t.Error(other, got.status, got.body)
			}
		}
	}
	for path, want := range map[string]string{"from=2026-11-01&to=2026-11-30&limit=2": "", "from=2026-11-30&to=2026-11-01": "api.days", "from=1999-01-01&to=2026-11-01": "api.days"} {
		if got := f.get(everything, "/customers/2/statement?"+path); got.code() != want {
			t.Error(path, got.status, got.body)
		}
	}
	if got := f.get(everything, "/customers/99/statement"); got.code() != "api.gone" {
		t.Error(got.status, got.body)
	}
	kinds := [][2]string{{"invoice", "INV-2026-000001"}, {"payment", ""}, {"payment", ""}}
	for n, l := range whole.Data {
		if [2]string{l.Kind, l.Reference} != kinds[n] {
			t.Errorf("%+v", l)
		}
	}
}
