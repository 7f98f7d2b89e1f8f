package app

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// TestNoWordOfSellersBecomesMarkup is TestNoWordBecomesMarkup for the pages of resellers and landlords.
func TestNoWordOfSellersBecomesMarkup(t *testing.T) {
	s := openStage(t, 1)
	s.brought(t, s.seller(t))
	seller, landlord := s.signedIn(t)
	s.nameAll(t)
	shown := 0
	s.sellersLook(t, seller, landlord, func(path string, got officeAnswer) { noMarkup(t, path, got, &shown) })
	if shown < 40 {
		t.Errorf("the names are on %d pages only", shown)
	}
}

// signedIn are a reseller with something on every page, and a landlord.
func (s *Stage) signedIn(t *testing.T) (seller, landlord *kiosk) {
	t.Helper()
	seller, landlord = s.kiosk(t), s.kiosk(t)
	seller.sends("/sell/in", "/sell/in", url.Values{"phone": {"0722100001"}, "pin": {demoPIN}}, "Mama Njeri")
	landlord.sends("/share/in", "/share/in", url.Values{"phone": {demoLandlord}, "pin": {demoPIN}}, "Mzee Kamau")
	return seller, landlord
}

// sellersLook looks at each page of resellers and landlords as somebody signed in and as a stranger, and sends their forms markup.
func (s *Stage) sellersLook(t *testing.T, seller, landlord *kiosk, look func(string, officeAnswer)) {
	t.Helper()
	face, err := s.Main.openSellers(nil)
	if err != nil {
		t.Fatal(err)
	}
	var sale, order string
	if err := s.Main.DB.SQL().QueryRow("SELECT id FROM reseller_events WHERE kind = 'sold_one' ORDER BY id LIMIT 1").Scan(&sale); err != nil {
		t.Fatal(err)
	}
	order = "1"
	concrete := strings.NewReplacer("/sold/:id", "/sold/"+sale, "/float/:id", "/float/"+order, ":id", "1", ":size", "192")
	hostile := url.Values{}
	for _, name := range []string{"q", "d", "m", "site", "done", "sold", "after", "b", "paper", "phone", "pin", "code", "old", "plan", "batch", "first", "last", "sheet", "cards", "amount", "once", "back"} {
		hostile.Set(name, markup)
	}
	for _, route := range face.Routes() {
		path := concrete.Replace(strings.TrimSuffix(route.Path, "*"))
		if strings.HasSuffix(path, "/out") || strings.Contains(path, "/icon/") || strings.HasSuffix(path, "/slip") {
			continue // these are no pages, or end the sign-in
		}
		for _, k := range []*kiosk{seller, landlord, s.kiosk(t)} {
			for _, lang := range []string{"en", "sw"} {
				address := path + "?l=" + lang
				if route.Method == http.MethodGet {
					look(address, k.answer(http.MethodGet, address, nil))
					look(address, k.answer(http.MethodGet, address+"&"+hostile.Encode(), nil))
					continue
				}
				page := k.answer(http.MethodGet, strings.TrimSuffix(path, "/1"), nil)
				form := url.Values{}
				for name, value := range hostile {
					form[name] = value
				}
				if stamp := stampField.FindStringSubmatch(page.body); stamp != nil {
					form.Set("k", stamp[1])
				}
				look(address, k.answer(http.MethodPost, address, form))
			}
		}
	}
}

// answer is what a page answers, where it leads at last.
func (k *kiosk) answer(method, path string, form url.Values) officeAnswer {
	k.t.Helper()
	var got *http.Response
	var err error
	if method == http.MethodPost {
		got, err = k.client.PostForm(k.base+path, form)
	} else {
		got, err = k.client.Get(k.base + path)
	}
	if err != nil {
		k.t.Fatal(err)
	}
	defer got.Body.Close()
	body, err := io.ReadAll(got.Body)
	if err != nil {
		k.t.Fatal(err)
	}
	return officeAnswer{status: got.StatusCode, body: string(body)}
}
