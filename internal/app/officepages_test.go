package app

import (
	"bytes"
	"context"
	"errors"
	"mime/multipart"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"mtandao/billing"
	"mtandao/billing/plans"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/internal/staff"
	"mtandao/radius/routers"
)

// upload sends a form with a file, and gives the whole answer.
func (c *colleague) upload(path string, fields map[string]string, field, file, body string) (*http.Response, string) {
	c.t.Helper()
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	fields["k"] = c.stamp()
	for name, value := range fields {
		_ = w.WriteField(name, value)
	}
	part, _ := w.CreateFormFile(field, file)
	_, _ = part.Write([]byte(body))
	_ = w.Close()
	r, err := http.NewRequest(http.MethodPost, c.base+path, &form)
	if err != nil {
		c.t.Fatal(err)
	}
	r.Header.Set("Content-Type", w.FormDataContentType())
	r.AddCookie(&http.Cookie{Name: "mtandao_office", Value: c.token})
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.Do(r)
	if err != nil {
		c.t.Fatal(err)
	}
	defer answer.Body.Close()
	var said bytes.Buffer
	_, _ = said.ReadFrom(answer.Body)
	return answer, said.String()
}

func brandFields() map[string]string {
	return map[string]string{"name": "Baraka Wi-Fi", "welcome_en": "Karibu sana", "welcome_sw": "", "accent": "#ffd400", "accent_ink": "#ffffff",
		"paper": "#ffffff", "ink": "#14211b", "terms_en": "", "terms_sw": ""}
}

func TestALogoIsCleanedOrRefusedWithTheCause(t *testing.T) {
	s := openStage(t, 1)
	manager := s.hire(t, "manager-two@demo.example", nil, "manager")
	edit := "/office/brands/" + s.idOf(t, kindBrand, "baraka") + "/edit"
	for file, want := range map[string]string{"GIF89a": "must be a PNG, a JPEG or an SVG drawing", strings.Repeat("x", 300<<10): "larger than 256 KB",
		"<svg xmlns=\"http://www.w3.org/2000/svg\">" + strings.Repeat(`<path d="M0 0L10 10z"/>`, 400) + "</svg>": "cannot be made smaller than 6 KB"} {
		answer, body := manager.upload(edit, brandFields(), "logo", "logo.svg", file)
		if answer.StatusCode != http.StatusBadRequest || !strings.Contains(body, want) || !strings.Contains(body, "Karibu sana") {
			t.Errorf("%.20q: %d, want %q", file, answer.StatusCode, want)
		}
	}
	answer, _ := manager.upload(edit, brandFields(), "logo", "logo.svg", `<svg xmlns="http://www.w3.org/2000/svg" onload="x()"><script>`+strings.Repeat("x", 100<<10)+`</script><g></g></svg>`)
	_, brand, err := s.Main.Sites.BySlug("kasarani")
	if answer.StatusCode != http.StatusSeeOther || err != nil || string(brand.Logo) != `<svg xmlns="http://www.w3.org/2000/svg"><g></g></svg>` || brand.WelcomeEN != "Karibu sana" {
		t.Fatalf("%d %s %v", answer.StatusCode, brand.Logo, err)
	}
	if page := manager.ask(http.MethodGet, edit, nil).body; !strings.Contains(page, "#ffffff could not be read and is shown as #000000") {
		t.Error("a colour that nobody can read is not shown with what it became")
	}
	if answer, _ := manager.upload(edit, brandFields(), "logo", "", ""); answer.StatusCode != http.StatusSeeOther {
		t.Error(answer.StatusCode)
	}
	if _, brand, _ = s.Main.Sites.BySlug("kasarani"); len(brand.Logo) == 0 {
		t.Error("a form without a file took the logo away")
	}
}

func TestAPreviewRunsNothingAndIsFramedByOurselvesOnly(t *testing.T) {
	s := openStage(t, 1)
	manager := s.hire(t, "manager-two@demo.example", nil, "manager")
	at := "/office/brands/" + s.idOf(t, kindBrand, "mwangaza") + "/preview"
	answer, body := manager.upload(at, brandFields(), "logo", "", "")
	policy := answer.Header.Get("Content-Security-Policy")
	if answer.StatusCode != http.StatusOK || !strings.Contains(body, "Karibu sana") || !strings.Contains(body, "Choose your internet") {
		t.Fatalf("%d %s", answer.StatusCode, body)
	}
	for _, part := range []string{"default-src 'none'", "sandbox", "form-action 'none'", "frame-ancestors 'self'"} {
		if !strings.Contains(policy, part) {
			t.Errorf("%s is not in %s", part, policy)
		}
	}
	if strings.Contains(policy, "script-src") || answer.Header.Get("X-Frame-Options") != "SAMEORIGIN" {
		t.Error(policy, answer.Header.Get("X-Frame-Options"))
	}
	if _, brand, _ := s.Main.Sites.BySlug("ngong"); brand.WelcomeEN == "Karibu sana" {
		t.Error("a preview was saved")
	}
	page := manager.ask(http.MethodGet, strings.TrimSuffix(at, "preview")+"edit", nil)
	if !strings.Contains(page.body, `src="`+at+`" sandbox=""`) {
		t.Error("the form does not show its preview in a sandbox")
	}
}

func planFields() url.Values {
	return url.Values{"name": {"Night"}, "name_sw": {"Usiku"}, "price": {"30"}, "time": {"8"}, "time_unit": {"h"}, "time_kind": {"calendar"}, "data": {"1.5"}, "data_unit": {"GB"},
		"down": {"2"}, "down_unit": {"Mbit"}, "up": {"512"}, "up_unit": {"kbit"}, "devices": {"2"}, "valid_unit": {"d"}, "valid_until": {"2031-12-31T18:00"},
		"hours0_day": {"sat", "sun"}, "hours0_from": {"22:00"}, "hours0_to": {"06:00"}, "hours1_from": {"08:00"}, "hours1_to": {"00:00"}, "sites": {"kasarani"}}
}

func TestAPlanIsTypedInPeoplesUnits(t *testing.T) {
	s := openStage(t, 1)
	ctx := context.Background()
	manager := s.hire(t, "manager-two@demo.example", nil, "manager")
	if look := manager.send("/office/plans/look", planFields()); !strings.Contains(look.body, "8 hours · 1.5 GB") || !strings.Contains(look.body, `class="week"`) {
		t.Errorf("what a guest will read is not shown: %d", look.status)
	}
	if _, err := s.planByKey(ctx, "night-2"); err == nil {
		t.Fatal("looking saved it")
	}
	made := planFields()
	made.Set("key", "night-2")
	if got := manager.send("/office/plans/new", made); got.status != http.StatusSeeOther {
		t.Fatalf("%d %s", got.status, got.body)
	}
	p, err := s.planByKey(ctx, "night-2")
	l := p.Limits
	if err != nil || p.Price != money.Shillings(30) || l.Time != 8*time.Hour || l.DataBytes != 1.5e9 || l.UpKbps != 512 || l.DownKbps != 2000 || l.Devices != 2 || len(p.Sites) != 1 {
		t.Errorf("%+v %v", p, err)
	}
	if len(l.Hours) != 2 || l.Hours[0].From != 22*60 || l.Hours[0].Days != [7]bool{true, false, false, false, false, false, true} || l.Hours[1].To != 0 ||
		l.ValidUntil.UTC().Format(time.RFC3339) != "2031-12-31T15:00:00Z" {
		t.Errorf("%+v", l)
	}
	edit := "/office/plans/" + strconv.FormatInt(p.ID, 10)
	page := manager.ask(http.MethodGet, edit+"/edit", nil).body
	for _, shown := range []string{`value="1.5"`, `value="2031-12-31T18:00"`, `value="22:00"`, `<option value="GB" selected>`} {
		if !strings.Contains(page, shown) {
			t.Errorf("the form does not show %s", shown)
		}
	}
	wrong := planFields()
	wrong.Set("time", "a while")
	if got := manager.send(edit+"/edit", wrong); got.status != http.StatusBadRequest || !strings.Contains(got.body, `value="a while"`) || !strings.Contains(got.body, `aria-invalid="true"`) {
		t.Errorf("a wrong time: %d", got.status)
	}
	if got := manager.send(edit+"/archive", url.Values{}); got.status != http.StatusSeeOther {
		t.Error(got.status)
	}
	if p, _ = s.planByKey(ctx, "night-2"); p.State != plans.Retired {
		t.Error(p.State)
	}
	manager.send(edit+"/restore", url.Values{})
	if p, _ = s.planByKey(ctx, "night-2"); p.State != plans.Live {
		t.Error(p.State)
	}
}

func TestAChangedPlanLeavesWhatWasBought(t *testing.T) {
	s := openStage(t, 1)
	order, grant := s.bought(t, "kasarani-1", "02a1b2c3d4aa")
	manager := s.hire(t, "manager-two@demo.example", nil, "manager")
	id, _ := strconv.ParseInt(grant, 10, 64)
	before, _, _, err := s.Main.Access.View(context.Background(), id)
	if err != nil {
		t.Fatal(err)
	}
	if got := manager.send("/office/plans/"+s.idOf(t, kindPlan, "hour")+"/edit", planFields()); got.status != http.StatusSeeOther {
		t.Fatal(got.status)
	}
	plan, err := s.planByKey(context.Background(), "hour")
	if err != nil || plan.Price != money.Shillings(30) {
		t.Fatalf("%+v %v", plan, err)
	}
	after, _, _, err := s.Main.Access.View(context.Background(), id)
	if err != nil || after.Limits.Time != before.Limits.Time || after.Limits.DataBytes != before.Limits.DataBytes || len(after.Limits.Hours) != 0 {
		t.Errorf("bought %+v, now %+v, %v", before.Limits, after.Limits, err)
	}
	story := manager.ask(http.MethodGet, "/office/orders/"+order, nil)
	if !strings.Contains(story.body, "KES 10") {
		t.Error("the order's price changed")
	}
}

// TestASiteIsAllThatItsManagerReaches: what belongs to other sites, or to all, is not theirs to see or to make.
func TestASiteIsAllThatItsManagerReaches(t *testing.T) {
	s := openStage(t, 1)
	local := s.hire(t, "ngong@demo.example", []int64{s.seeded.sites["ngong"].ID}, "manager")
	for path, want := range map[string]int{"/office/brands": http.StatusForbidden, "/office/brands/new": http.StatusForbidden, "/office/sites/new": http.StatusForbidden,
		"/office/setup": http.StatusForbidden, "/office/setup/site": http.StatusNotFound, "/office/brands/preview": http.StatusForbidden} {
		if got := local.ask(http.MethodGet, path, nil); got.status != want {
			t.Errorf("%s answers %d", path, got.status)
		}
	}
	more := local.ask(http.MethodGet, "/office/more", nil).body
	for address, reached := range map[string]bool{"/office/payments": true, "/office/settings": true, "/office/messages": false, "/office/jobs": false, "/office/audit": false, "/office/alerts": false} {
		if strings.Contains(more, `href="`+address+`"`) != reached {
			t.Errorf("%s in the rail of a site's manager, want %v", address, reached)
		}
	}
	if list := local.ask(http.MethodGet, "/office/routers", nil).body; strings.Contains(list, "kasarani-1") || !strings.Contains(list, "ngong-1") {
		t.Error("routers of other sites are listed")
	}
	if list := local.ask(http.MethodGet, "/office/sites", nil).body; strings.Contains(list, "Kasarani") {
		t.Error("other sites are listed")
	}
	for _, at := range []string{"kasarani", "", "ngong\nkasarani"} {
		fields := planFields()
		fields.Set("key", "sneaked")
		fields["sites"] = strings.Fields(at)
		if got := local.send("/office/plans/new", fields); got.status != http.StatusBadRequest {
			t.Errorf("a plan for %q: %d", at, got.status)
		}
	}
	router := url.Values{"name": {"sneaked"}, "site": {"kasarani"}, "dialect": {"mikrotik"}, "addresses": {"10.9.9.9"}, "auth": {"required"}, "interim": {"5"}, "interim_unit": {"m"}}
	if got := local.send("/office/routers/new", router); got.status != http.StatusBadRequest {
		t.Errorf("a router at another site: %d", got.status)
	}
	router.Set("name", "ngong-1")
	if got := local.send("/office/routers/"+s.idOf(t, kindRouter, "ngong-1")+"/edit", router); got.status != http.StatusBadRequest {
		t.Errorf("a router moved to another site: %d", got.status)
	}
	router.Set("site", "ngong")
	router.Set("name", "ngong-2")
	if got := local.send("/office/routers/new", router); got.status != http.StatusOK || !strings.Contains(got.body, "It is not shown again.") {
		t.Errorf("a router at their own: %d", got.status)
	}
}

func (s *Stage) tillFields(t *testing.T) url.Values {
	t.Helper()
	return url.Values{"type": {"paybill"}, "short_code": {"174379"}, "consumer_key": {demoMerchant.ConsumerKey}, "base_url": {setup{s.Main}.find(t, kindTill, "demo").Fields["base_url"]},
		"consumer_secret": {""}, "passkey": {""}, "initiator": {demoMerchant.Initiator}, "initiator_password": {""}, "sites": {"ngong"}}
}

// TestATillIsForWhoHasProvedThemself lets the proof of a sign-in grow old, and gives a new one.
func TestATillIsForWhoHasProvedThemself(t *testing.T) {
	s := openStage(t, 1)
	owner := s.hire(t, "owner-two@demo.example", nil, "owner")
	edit := "/office/tills/" + s.idOf(t, kindTill, "demo") + "/edit"
	page := owner.ask(http.MethodGet, edit, nil)
	for _, secret := range []string{demoMerchant.ConsumerSecret, demoMerchant.Passkey, demoMerchant.InitiatorPassword} {
		if strings.Contains(page.body, secret) {
			t.Errorf("the page shows %q", secret)
		}
	}
	if page.status != http.StatusOK || !strings.Contains(page.body, "It is set. Leave this empty to keep it.") {
		t.Fatalf("%d %s", page.status, page.body)
	}
	fresh := owner.send(edit, s.tillFields(t))
	tills, err := s.Main.Billing.Tills(context.Background())
	if fresh.status != http.StatusSeeOther || err != nil || tills[0].Passkey != demoMerchant.Passkey || len(tills[0].Sites) != 1 || tills[0].Certificate == "" {
		t.Fatalf("%d %+v %v", fresh.status, tills, err)
	}
	s.age(t)
	if got := owner.ask(http.MethodGet, edit, nil); got.status != http.StatusSeeOther || got.location != "/office/prove?"+(url.Values{"back": {edit}}).Encode() {
		t.Errorf("an old proof: %d to %q", got.status, got.location)
	}
	other := s.tillFields(t)
	other.Set("short_code", "600000")
	other.Set("passkey", "a new passkey, which is secret")
	stale := owner.send(edit, other)
	if stale.status != http.StatusOK || !strings.Contains(stale.body, `name="proof"`) || !keptForm.MatchString(stale.body) || strings.Contains(stale.body, "which is secret") {
		t.Errorf("a form sent with an old proof: %d %s", stale.status, stale.body)
	}
	other.Set("proof", "000000")
	if got := owner.send(edit, other); got.status != http.StatusForbidden {
		t.Errorf("a wrong code: %d", got.status)
	}
	for _, path := range []string{"/check", "/retire"} {
		at := strings.TrimSuffix(edit, "/edit") + path
		if got := owner.send(at, url.Values{}); got.status != http.StatusOK || !strings.Contains(got.body, `action="`+at+`"`) || !strings.Contains(got.body, `name="proof"`) {
			t.Errorf("%s with an old proof: %d %s", path, got.status, got.body)
		}
	}
	if tills, _ = s.Main.Billing.Tills(context.Background()); tills[0].ShortCode != "174379" || tills[0].State != billing.TillLive {
		t.Errorf("%+v", tills)
	}
}

// age makes the proofs of all sign-ins an hour old.
func (s *Stage) age(t *testing.T) {
	t.Helper()
	err := s.Main.DB.InTx(context.Background(), func(tx *db.Tx) error {
		return tx.Gorm().Exec("UPDATE staff_sign_ins SET proven_at = ?", time.Now().UTC().Add(-time.Hour)).Error
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestATillIsChecked(t *testing.T) {
	s := openStage(t, 1)
	owner := s.hire(t, "owner-two@demo.example", nil, "owner")
	check := "/office/tills/" + s.idOf(t, kindTill, "demo") + "/check"
	got := owner.send(check, url.Values{})
	if got.status != http.StatusOK || strings.Count(got.body, "Works") < 3 || !strings.Contains(got.body, "Public address") || strings.Contains(got.body, demoMerchant.Passkey) {
		t.Errorf("%d %s", got.status, got.body)
	}
	owner.expect(owner.send(check+"?l=sw", url.Values{}), http.StatusOK, "M-Pesa imekubali nambari fupi na passkey.", "inajibu.")
}

func TestARouterTellsThatItTalksToUs(t *testing.T) {
	s := openStage(t, 1)
	s.bought(t, "kasarani-1", "02a1b2c3d4aa")
	technician := s.hire(t, "tech@demo.example", nil, "technician")
	id := s.idOf(t, kindRouter, "kasarani-1")
	page := technician.ask(http.MethodGet, "/office/routers/"+id, nil)
	for _, said := range []string{"Talks to us", "Heard ", "127.0.0.2", "/h/kasarani?r=", `hx-trigger="every 3s"`} {
		if !strings.Contains(page.body, said) {
			t.Errorf("the page does not say %q", said)
		}
	}
	r, _ := s.Main.Routers.Get(s.seeded.routers["kasarani-1"].ID)
	if strings.Contains(page.body, r.Secret) || strings.Contains(page.body, r.APIPassword) {
		t.Error("the page shows a secret")
	}
	ask := technician.ask(http.MethodGet, "/office/routers/"+id+"/retire", nil)
	if ask.status != http.StatusOK || !strings.Contains(ask.body, "Retire kasarani-1?") {
		t.Errorf("%d", ask.status)
	}
	if got := technician.send("/office/routers/"+id+"/retire", url.Values{}); got.status != http.StatusSeeOther {
		t.Errorf("%d %s", got.status, got.body)
	}
	if r, _ = s.Main.Routers.Get(r.ID); r.State != routers.StateRetired || len(r.Addresses) != 0 {
		t.Errorf("%+v", r)
	}
	secret := technician.send("/office/routers/"+s.idOf(t, kindRouter, "ngong-1")+"/secret", url.Values{})
	r, _ = s.Main.Routers.Get(s.seeded.routers["ngong-1"].ID)
	if secret.status != http.StatusOK || !strings.Contains(secret.body, r.Secret) || r.OldSecret == "" {
		t.Errorf("%d", secret.status)
	}
}

// TestAProofIsTakenInTheForm is for somebody who has no second factor: they give their password again.
func TestAProofIsTakenInTheForm(t *testing.T) {
	s := openStage(t, 1)
	ctx := context.Background()
	_, err := s.Main.Staff.SaveRole(ctx, staff.By{Command: "test"}, staff.Role{Key: "treasurer", Name: "Treasurer", Permissions: []staff.Permission{staff.TillsEdit}})
	if err != nil {
		t.Fatal(err)
	}
	treasurer := s.hire(t, "treasurer@demo.example", nil, "treasurer")
	s.age(t)
	form := s.tillFields(t)
	form.Set("proof", "four words in a row")
	if got := treasurer.send("/office/tills/"+s.idOf(t, kindTill, "demo")+"/edit", form); got.status != http.StatusSeeOther {
		t.Errorf("%d %s", got.status, got.body)
	}
	s.age(t)
	asked := treasurer.ask(http.MethodGet, "/office/tills/new", nil)
	if asked.status != http.StatusSeeOther {
		t.Fatal(asked.status)
	}
	if got := treasurer.send("/office/prove", url.Values{"proof": {"not it"}, "back": {"/office/tills/new"}}); got.status != http.StatusForbidden || strings.Contains(got.body, "not it") {
		t.Errorf("a wrong password: %d", got.status)
	}
	if got := treasurer.send("/office/prove", url.Values{"proof": {"four words in a row"}, "back": {"/office/tills/new"}}); got.location != "/office/tills/new" {
		t.Errorf("%d to %q", got.status, got.location)
	}
	if got := treasurer.ask(http.MethodGet, "/office/tills/new", nil); got.status != http.StatusOK {
		t.Error(got.status)
	}
}

// TestALivePageLeadsToTheDoor: a page that brings itself up to date does not lose its middle when the sign-in has ended.
func TestALivePageLeadsToTheDoor(t *testing.T) {
	s := openStage(t, 1)
	r, err := http.NewRequest(http.MethodGet, "http://"+s.Main.HTTPAddress()+"/office/routers", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("HX-Request", "true")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	if answer.StatusCode != http.StatusNoContent || answer.Header.Get("HX-Redirect") != "/office/in?back=%2Foffice%2Frouters" {
		t.Errorf("%d to %q", answer.StatusCode, answer.Header.Get("HX-Redirect"))
	}
}

// planByKey finds a plan by its key; fault.NotFound "plan.gone".
func (s *Stage) planByKey(ctx context.Context, key string) (plans.Plan, error) {
	all, err := s.Main.Plans.All(ctx)
	for _, p := range all {
		if p.Key == key {
			return p, err
		}
	}
	return plans.Plan{}, errors.Join(err, fault.New(fault.NotFound, "plan.gone"))
}
