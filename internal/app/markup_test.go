package app

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"mtandao/internal/db"
)

// markup is what somebody might call a thing, or a router or a rail say, to have a page of ours do as they like.
const markup = `"><xss y='{{7*7}}' onload=alert(1)>`

// hostileWords are the columns of words that people choose or that come from outside, and pages show.
var hostileWords = map[string][]string{"sites": {"name", "phone"}, "brands": {"name", "welcome_en", "welcome_sw", "terms_en", "terms_sw", "hours_en", "whatsapp", "email", "facebook", "instagram", "tiktok", "x", "sender"},
	"plans": {"name_en", "name_sw"}, "routers": {"name", "identifier", "login_hosts", "api_user"}, "staff_members": {"name", "last_address"}, "staff_roles": {"name"},
	"orders": {"plan_name_en", "plan_name_sw", "phone_mask"}, "payments": {"result_text", "result_code", "attention", "reason"}, "receipts": {"reference"},
	"voucher_batches": {"name_en", "name_sw", "created_by"}, "voucher_deeds": {"holder", "reason", "done_by"}, "vouchers": {"holder"},
	"sessions_open": {"session_id", "user_name"}, "sessions_closed": {"session_id", "user_name", "cause"}, "messages": {"reason", "provider_id"}, "enforcements": {"cause", "outcome"},
	"alerts": {"subject"}, "jobs": {"subscriber", "job_key", "last_error"}, "rail_inbox": {"note", "came_from", "kind"}, "refunds": {"how", "reference"},
	"staff_sign_ins": {"browser", "address"}, "resellers": {"name", "created_by"}, "reseller_events": {"note", "done_by"}, "reseller_returns": {"note", "decided_by"},
	"partners": {"name"}, "partner_events": {"note", "how", "done_by"}, "voucher_prints": {"done_by"}}

// TestNoWordBecomesMarkup calls everything by a name that is markup, and looks at every page of staff and guests.
func TestNoWordBecomesMarkup(t *testing.T) {
	s := openStage(t, 1)
	paths, _ := s.screens(t)
	owner := s.hire(t, "boss@demo.example", nil, "owner")
	order := s.newestOrder(t, "02a1b2c3d4aa")
	seller, landlord := s.signedIn(t)
	s.nameAll(t)
	shown := 0
	look := func(path string, got officeAnswer) {
		t.Helper()
		if got.status >= http.StatusInternalServerError {
			t.Errorf("%s answered %d", path, got.status)
		}
		if at := max(strings.Index(got.body, "<xss"), strings.Index(got.body, "y='49'")); at >= 0 {
			t.Errorf("%s: %s", path, got.body[max(0, at-200):min(len(got.body), at+100)])
		}
		if strings.Contains(got.body, "&lt;xss") {
			shown++
		}
	}
	for _, path := range paths {
		look(path, owner.ask(http.MethodGet, path, nil))
		if !strings.Contains(path, "?") {
			look(path, owner.ask(http.MethodGet, path+"?"+url.Values{"q": {markup}, "order": {markup}, "mac": {markup}, "actor": {markup}, "back": {markup}, "to": {markup}, "l": {"sw"}}.Encode(), nil))
		}
	}
	if shown < 40 {
		t.Errorf("the names are on %d pages only", shown)
	}
	shown = 0
	s.sellersLook(t, seller, landlord, look)
	if shown < 12 {
		t.Errorf("the names are on %d of the resellers' pages only", shown)
	}
	stranger := &colleague{t: t, base: owner.base}
	shown = 0
	router, _ := s.Main.Routers.Get(s.seeded.routers["kasarani-1"].ID)
	visit := "?" + url.Values{"r": {router.Token}, "mac": {markup}, "ip": {markup}, "login": {markup}, "error": {markup}, "receipt": {markup}, "code": {markup}, "v": {markup}, "onto": {markup}}.Encode()
	for _, path := range []string{"/h/kasarani", "/h/kasarani/paid", "/h/kasarani/code", "/h/kasarani/phone", "/h/kasarani/help", "/h/kasarani/terms", "/o/" + order.Token, "/o/" + order.Token + "/receipt", "/s/" + order.Token, "/h/nowhere"} {
		for _, query := range []string{"", visit} {
			look(path, stranger.ask(http.MethodGet, path+query, nil))
		}
		look(path, stranger.ask(http.MethodPost, path, url.Values{"phone": {markup}, "receipt": {markup}, "digits": {markup}, "code": {markup}, "onto": {markup}, "mac": {markup}, "plan": {markup}}))
	}
	if shown < 10 {
		t.Errorf("the names are on %d of the guests' pages only", shown)
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

// nameAll writes the markup into every column of words, past all checks.
func (s *Stage) nameAll(t *testing.T) {
	t.Helper()
	for table, columns := range hostileWords {
		for _, column := range columns {
			if err := s.Main.DB.InTx(t.Context(), func(tx *db.Tx) error {
				return tx.Gorm().Exec("UPDATE "+table+" SET "+column+" = "+column+" || ? WHERE true", markup).Error
			}); err != nil {
				t.Errorf("%s.%s: %v", table, column, err)
			}
		}
	}
	for _, table := range []string{"sites", "brands", "routers"} {
		if _, err := s.Main.DB.SQL().Exec("UPDATE " + table + " SET version = version + 1 WHERE true"); err != nil {
			t.Fatal(err)
		}
	}
	until(t, 20*time.Second, "memory has the names", func() bool {
		return s.Main.Sites.Refresh(t.Context()) == nil && s.Main.Routers.Refresh(t.Context()) == nil && strings.Contains(s.Main.Sites.Sites()[0].Name, "xss")
	})
}
