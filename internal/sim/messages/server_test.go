package messages

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// ask posts a form to a simulated carrier as its customer's program does.
func ask(t *testing.T, base, key string, form url.Values) (int, string) {
	t.Helper()
	request, err := http.NewRequest(http.MethodPost, base+"/version1/messaging", strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("apiKey", key)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(body)
}

func TestAPhoneGetsWhatWasAcceptedAndThePageShowsIt(t *testing.T) {
	reports := make(chan string, 1)
	callback := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		reports <- r.FormValue("id") + " " + r.FormValue("status")
	}))
	defer callback.Close()
	s := New(Options{Username: "mtaa", APIKey: "key", Balance: 100, ReportURL: callback.URL})
	server := httptest.NewServer(s.Handler())
	defer server.Close()
	form := url.Values{"username": {"mtaa"}, "to": {"+254712345678"}, "message": {"<b>Karibu</b>"}, "from": {"MTAA"}}
	if status, _ := ask(t, server.URL, "wrong", form); status != http.StatusUnauthorized {
		t.Errorf("a wrong key: %d", status)
	}
	if status, body := ask(t, server.URL, "key", form); status != http.StatusCreated || !strings.Contains(body, `"cost":"KES 0.8000"`) {
		t.Errorf("%d %s", status, body)
	}
	if got := <-reports; got != "ATXid_000001 Success" {
		t.Error(got)
	}
	if _, body := ask(t, server.URL, "key", form); !strings.Contains(body, "InsufficientBalance") || len(s.Inbox("254712345678")) != 1 {
		t.Errorf("20 cents are left: %s", body)
	}
	for to, want := range map[string]int{"": 1, "254712345678": 1, "254700000000": 0} {
		response, err := http.Get(server.URL + "/?to=" + to)
		if err != nil {
			t.Fatal(err)
		}
		page, err := io.ReadAll(response.Body)
		_ = response.Body.Close()
		if err != nil || strings.Count(string(page), "&lt;b&gt;Karibu") != want {
			t.Errorf("the page of %q: %v\n%s", to, err, page)
		}
	}
}
