package app

import (
	"context"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/radius/access"
	"mtandao/vouchers"
)

// kiosk is a reseller's phone.
type kiosk struct {
	t      *testing.T
	base   string
	client *http.Client
}

func (s *Stage) kiosk(t *testing.T) *kiosk {
	jar, _ := cookiejar.New(nil)
	return &kiosk{t: t, base: "http://" + s.Main.HTTPAddress(), client: &http.Client{Jar: jar}}
}

// opens follows an answer to its page.
func (k *kiosk) opens(path string, want ...string) string {
	k.t.Helper()
	answer, err := k.client.Get(k.base + path)
	return k.reads(path, answer, err, want...)
}

func (k *kiosk) reads(path string, answer *http.Response, err error, want ...string) string {
	k.t.Helper()
	if err != nil {
		k.t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		k.t.Fatal(err)
	}
	for _, text := range want {
		if !strings.Contains(string(body), text) {
			k.t.Fatalf("%s (%d) does not say %q:\n%s", path, answer.StatusCode, text, body)
		}
	}
	return string(body)
}

var onceField = regexp.MustCompile(`name="once" value="([0-9a-f]+)"`)

// sends opens a page and sends its form, twice when it should be the same.
func (k *kiosk) sends(page, path string, fields url.Values, want ...string) string {
	k.t.Helper()
	shown := k.opens(page)
	stamp := stampField.FindStringSubmatch(shown)
	if stamp == nil {
		k.t.Fatalf("%s has no form:\n%s", page, shown)
	}
	fields.Set("k", stamp[1])
	if once := onceField.FindStringSubmatch(shown); once != nil {
		fields.Set("once", once[1])
	}
	return k.again(path, fields, want...)
}

func (k *kiosk) again(path string, fields url.Values, want ...string) string {
	k.t.Helper()
	answer, err := k.client.PostForm(k.base+path, fields)
	return k.reads(path, answer, err, want...)
}

// seller is the demo's first reseller, with all of them made.
func (s *Stage) seller(t *testing.T) int64 {
	t.Helper()
	if err := s.seedSellers(context.Background()); err != nil {
		t.Fatal(err)
	}
	all, err := s.Main.Resellers.Newest(context.Background(), 0, 3)
	if err != nil || len(all) != 3 {
		t.Fatal(all, err)
	}
	return all[2].ID
}

// landlord is the demo's partner, who is made with the resellers.
func (s *Stage) landlord(t *testing.T) int64 {
	t.Helper()
	all, err := s.Main.Partners.Newest(context.Background(), 0, 1)
	if err != nil || len(all) != 1 {
		t.Fatal(all, err)
	}
	return all[0].ID
}

var shownCode = regexp.MustCompile(`class="code">([^<]+)<`)

// TestAResellerFromTheConsoleToTheCustomer: staff add a reseller, take cash and make a code; the reseller sets a PIN, sells, and the books hold.
func TestAResellerFromTheConsoleToTheCustomer(t *testing.T) {
	for _, dialect := range []string{db.SQLite, db.MySQL} {
		t.Run(dialect, func(t *testing.T) { resellerStory(t, stageOn(t, dialect, 1)) })
	}
}

func resellerStory(t *testing.T, s *Stage) {
	cashier := s.hire(t, "cashier@demo.example", nil, "cashier")
	made := cashier.send("/office/resellers/new", url.Values{"name": {"Mama Otis"}, "phone": {"0722 555 001"}, "lang": {"en"}, "terms": {"prepaid"}, "commission": {"10%"}, "limit": {"0"}, "parent": {"0"}})
	cashier.expect(made, http.StatusSeeOther)
	at := made.location
	cashier.expect(cashier.send("/office/resellers/new", url.Values{"name": {"Other"}, "phone": {"0722 555 001"}, "lang": {"en"}, "terms": {"prepaid"}}), http.StatusConflict, "Another reseller has this phone number.")
	cashier.expect(cashier.send("/office/resellers/new", url.Values{"name": {"Other"}, "phone": {"0722 555 002"}, "lang": {"en"}, "terms": {"prepaid"}, "commission": {"lots"}}), http.StatusBadRequest, "Write a commission as 10%")
	s.hire(t, "manager@demo.example", nil, "manager").approves(s)
	cash := url.Values{"amount": {"25"}, "once": {"abc1"}}
	cashier.expect(cashier.send(at+"/do/payin", cash), http.StatusSeeOther)
	cashier.expect(cashier.send(at+"/do/payin", cash), http.StatusSeeOther) // the same form again
	page := cashier.send(at+"/pin", nil)
	cashier.expect(page, http.StatusOK, "Code for a new PIN", "KES 25")
	code := regexp.MustCompile(`>([0-9]{8})<`).FindStringSubmatch(page.body)
	if code == nil {
		t.Fatal(page.body)
	}
	k := s.kiosk(t)
	k.opens("/sell", "Sign in to sell")
	k.sends("/sell/code", "/sell/code", url.Values{"phone": {"0722555001"}, "code": {code[1]}, "pin": {"123456"}}, "This PIN is easy to guess.")
	k.sends("/sell/code", "/sell/code", url.Values{"phone": {"0722555001"}, "code": {code[1]}, "pin": {"905172"}}, "Mama Otis", "KES 25", "Sold today")
	plan := s.idOf(t, kindPlan, "hour")
	form := url.Values{"plan": {plan}, "site": {"kasarani"}, "phone": {"0733 000 111"}}
	sold := k.sends("/sell/one?site=kasarani", "/sell/one", form, "1 hour", "data:image/png", "Sent by SMS to", "You earned KES 1")
	tapped := k.again("/sell/one", form, "You earned KES 1")
	if a, b := shownCode.FindStringSubmatch(sold), shownCode.FindStringSubmatch(tapped); a == nil || b == nil || a[1] != b[1] {
		t.Errorf("a double tap sold %v and %v", a, b)
	}
	k.printsSlips(sold)
	k.sends("/sell/one", "/sell/one", url.Values{"plan": {s.idOf(t, kindPlan, "week")}, "site": {"kasarani"}}, "KES 164 is missing")
	k.opens("/sell/day", "Sold one", "-KES 9", "0733 ")
	k.opens("/sell/statement?l=sw", "Taarifa ya akaunti", "KES 16")
	k.opens("/sell/settle?l=en", "R1001", demoMerchant.ShortCode)
	for _, path := range []string{"/sell/sold/1", "/sell/sold/x", "/sell/sold/1/slip", "/sell/nowhere"} {
		if answer, err := k.client.Get(k.base + path); err != nil || answer.StatusCode != http.StatusNotFound {
			t.Errorf("%s gives %v, %v", path, answer, err)
		}
	}
	stranger := s.kiosk(t)
	stranger.opens("/sell/stock", "Sign in to sell")
	stranger.sends("/sell/in", "/sell/in", url.Values{"phone": {"0722555001"}, "pin": {"905173"}}, "is not right")
	cashier.expect(cashier.send(at+"/edit", url.Values{"name": {"Mama Otis"}, "phone": {"0722555001"}, "lang": {"en"}, "terms": {"prepaid"}, "commission": {"10%"}, "limit": {"0"}, "state": {"closed"}}), http.StatusSeeOther)
	k.opens("/sell", "Sign in to sell")
	cashier.expect(cashier.ask(http.MethodGet, at, nil), http.StatusOK, "Sold one", "Closed", "Paid in")
	problems, err := s.Main.proofs().Prove(context.Background())
	if err != nil || len(problems) > 0 {
		t.Error(problems, err)
	}
}

var (
	slipForm   = regexp.MustCompile(`action="(/sell/sold/[0-9]+/slip)"`)
	slipButton = regexp.MustCompile(`name="paper" value="([a-z0-9]+)"`)
)

// printsSlips prints what a page sold on each paper.
func (k *kiosk) printsSlips(sold string) {
	k.t.Helper()
	form, papers := slipForm.FindStringSubmatch(sold), slipButton.FindAllStringSubmatch(sold, -1)
	if form == nil || len(papers) != 4 {
		k.t.Fatalf("%d papers to print on", len(papers))
	}
	for _, paper := range papers {
		answer, err := k.client.PostForm(k.base+form[1], url.Values{"k": {stampField.FindStringSubmatch(sold)[1]}, "paper": {paper[1]}})
		if err != nil {
			k.t.Fatal(err)
		}
		body, err := io.ReadAll(answer.Body)
		_ = answer.Body.Close()
		begins := map[bool]string{true: "%PDF-", false: "\x1b@"}[strings.HasPrefix(paper[1], "slip")]
		if err != nil || answer.StatusCode != http.StatusOK || !strings.HasPrefix(string(body), begins) || !strings.HasPrefix(answer.Header.Get("Content-Disposition"), "attachment") {
			k.t.Errorf("%s: %d, %d bytes that begin %.8q, %v", paper[1], answer.StatusCode, len(body), body, err)
		}
	}
}

// TestAStolenSheetIsTold: a voucher tried before it was signed out is an alert and a list; all that a reseller has is killed in one act, and undone.
func TestAStolenSheetIsTold(t *testing.T) {
	s := openStage(t, 1)
	manager := s.hire(t, "manager@demo.example", nil, "manager")
	ctx, shop := t.Context(), s.seller(t)
	held, err := s.Main.Vouchers.HeldBy(ctx, vouchers.ResellerHolder(shop))
	if err != nil || len(held) != 1 {
		t.Fatal(held, err)
	}
	codes := map[int]access.Code{}
	if err := s.Main.Vouchers.Export(ctx, vouchers.Copying{BatchID: held[0].BatchID}, vouchers.By{Actor: "test"}, func(_ vouchers.Batch, v vouchers.Voucher) error { codes[v.Serial] = v.Code; return nil }); err != nil {
		t.Fatal(err)
	}
	try := func(serial int) string {
		_, err := s.Main.Vouchers.Redeem(ctx, vouchers.Redemption{Code: codes[serial], SiteID: s.seeded.sites["kasarani"].ID, Address: "10.0.0.9", Place: access.Place{MAC: "0a0000000002"}})
		return fault.KeyOf(err)
	}
	if key := try(40); key != "code.unknown" {
		t.Error("a voucher in the drawer gives", key)
	}
	until(t, 10*time.Second, "the alarm", func() bool {
		readings, err := s.Main.early(ctx)
		return err == nil && len(readings) == 1 && readings[0].Value == 25
	})
	manager.expect(manager.ask(http.MethodGet, "/office/vouchers", nil), http.StatusOK, "Tried before they were signed out")
	manager.expect(manager.ask(http.MethodGet, "/office/vouchers/early", nil), http.StatusOK, "-000040")
	at := "/office/resellers/" + number(shop)
	manager.expect(manager.send(at+"/do/kill", url.Values{"once": {"k1"}}), http.StatusBadRequest, "Say why")
	manager.expect(manager.send(at+"/do/kill", url.Values{"once": {"k1"}, "note": {"stolen"}}), http.StatusSeeOther)
	if key := try(12); key != "code.unknown" {
		t.Error("a killed voucher gives", key)
	}
	manager.expect(manager.ask(http.MethodGet, "/office/vouchers/"+number(held[0].BatchID), nil), http.StatusOK, "Mama Njeri, Kasarani stage", "stolen")
	problems, err := s.Main.proofs().Prove(ctx)
	if err != nil || len(problems) > 0 {
		t.Error(problems, err)
	}
}
