package guest

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"layeh.com/radius"

	"mtandao/billing"
	"mtandao/billing/customers"
	"mtandao/billing/plans"
	"mtandao/internal/clock"
	"mtandao/internal/fault"
	"mtandao/internal/seal"
	"mtandao/internal/site"
	"mtandao/internal/words"
	"mtandao/portal/web"
	"mtandao/radius/access"
	"mtandao/radius/routers"
	"mtandao/vouchers"
)

const (
	routerToken = "abcdefghijklmnopqrstuvwxyz"
	redirect    = "r=" + routerToken + "&mac=A4:C3:F0:12:34:56&ip=10.5.50.7&link-login-only=http%3A%2F%2F10.5.50.1%2Flogin"
)

// world stands for billing, access and the routers: just enough of each to drive the pages.
type world struct {
	t      *testing.T
	app    *fiber.App
	guest  *Guest
	at     *clock.Manual
	orders map[string]*billing.OrderView
	once   map[string]string
	wishes []billing.OrderRequest

	grant    access.Grant
	slots    []access.Slot
	live     bool // the device has the grant
	online   bool
	moves    int
	codes    map[customers.Phone]int
	logouts  []access.MAC
	onlys    []access.MAC      // whom the one-time log-ins were made for
	receipts map[string]string // receipt -> token
	waiting  map[string]string // receipt of money that waits -> how the number that paid ends; "": not told
	payer    customers.Phone   // who paid by a receipt; "": not told
	fail     error             // of every look-up
	sites    sites
}

func newWorld(t *testing.T) *world {
	t.Helper()
	keys, err := seal.New()
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, at: clock.NewManual(galleryNow), orders: map[string]*billing.OrderView{}, once: map[string]string{},
		grant: galleryGrant(), slots: []access.Slot{{N: 1}, {N: 2}}, receipts: map[string]string{}, codes: map[customers.Phone]int{}}
	w.guest, err = New(Options{Sites: &w.sites, Routers: routerList{}, Dialects: map[string]routers.Dialect{"plain": plainDialect{}},
		Plans: w, Orders: ordersOf{w}, Grants: w, Vouchers: noVouchers{}, Sessions: w, Keys: keys, Clock: w.at, PlanClock: w.at,
		Log: slog.New(slog.DiscardHandler), PublicURL: "https://wifi.example"})
	if err != nil {
		t.Fatal(err)
	}
	w.app = fiber.New(fiber.Config{Immutable: true, ErrorHandler: w.guest.Fail, ReadBufferSize: 16 << 10})
	w.app.Use(web.Identify, web.Secure)
	for _, r := range w.guest.Routes() {
		w.app.Add(r.Method, r.Path, r.Handle)
	}
	return w
}

type answer struct {
	status   int
	location string
	body     string
	header   http.Header
}

func (w *world) do(r *http.Request) answer {
	w.t.Helper()
	res, err := w.app.Test(r, 10_000)
	if err != nil {
		w.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return answer{res.StatusCode, res.Header.Get("Location"), string(body), res.Header}
}

func (w *world) get(path string) answer {
	w.t.Helper()
	return w.do(httptest.NewRequest(http.MethodGet, path, nil))
}

func (w *world) post(path string, form url.Values) answer {
	w.t.Helper()
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return w.do(r)
}

var (
	formTag  = regexp.MustCompile(`(?s)<form method="post" action="([^"]*)".*?</form>`)
	inputTag = regexp.MustCompile(`<input [^>]*>`)
	attrName = regexp.MustCompile(`name="([^"]*)"`)
	attrVal  = regexp.MustCompile(`value="([^"]*)"`)
)

// form reads the hidden fields of a page's form as a browser would send them.
func form(t *testing.T, page, action string) url.Values {
	t.Helper()
	for _, f := range formTag.FindAllStringSubmatch(page, -1) {
		if f[1] != action {
			continue
		}
		values := url.Values{}
		for _, tag := range inputTag.FindAllString(f[0], -1) {
			name, value := attrName.FindStringSubmatch(tag), attrVal.FindStringSubmatch(tag)
			if strings.Contains(tag, `type="hidden"`) && value != nil {
				values.Set(name[1], unescape(value[1]))
			}
		}
		return values
	}
	t.Fatalf("no form to %s in %s", action, page)
	return nil
}

func unescape(s string) string {
	return strings.NewReplacer("&amp;", "&", "&#43;", "+", "&#34;", `"`, "&lt;", "<", "&gt;", ">").Replace(s)
}

// order puts an order into the world.
func (w *world) order(token string, change func(*billing.OrderView)) string {
	show := &gallery{}
	view := show.order()
	view.Order.Token, view.Order.Place.MAC, view.Age = token, galleryMAC, 10*time.Second
	change(&view)
	w.orders[token] = &view
	return token
}

const aToken = "00112233445566778899aabbccddeeff"

func (w *world) paidOrder() string {
	w.live = true
	return w.order(aToken, func(v *billing.OrderView) {
		v.Order.GrantID, v.Payment.State, v.Order.State, v.Order.PaidAt = w.grant.ID, billing.PaymentPaid, billing.OrderPaid, galleryNow
	})
}

// What the pages ask for.

type sites struct{ state string }

func (s *sites) BySlug(slug string) (site.Site, site.Brand, error) {
	if slug != "kasarani" {
		return site.Site{}, site.Brand{}, fault.New(fault.NotFound, "not_found")
	}
	return s.Get(1)
}

func (s *sites) Get(int64) (site.Site, site.Brand, error) {
	return site.Site{ID: 1, Slug: "kasarani", Name: "Kasarani", Language: "en", Phone: "0709 000 111", Timezone: "Africa/Nairobi", State: s.state}, galleryBrand(), nil
}

type routerList struct{}

func (routerList) ByToken(token string) (routers.Router, bool) {
	switch token {
	case routerToken:
		return routers.Router{ID: 1, SiteID: 1, Token: routerToken, Dialect: "plain"}, true
	case "of-another-site":
		return routers.Router{ID: 2, SiteID: 2, Token: token, Dialect: "plain"}, true
	}
	return routers.Router{}, false
}

func (l routerList) Get(id int64) (routers.Router, bool) {
	if id != 1 {
		return routers.Router{}, false
	}
	return l.ByToken(routerToken)
}

// plainDialect reads mac, ip and link-login-only, and trusts one host.
type plainDialect struct{}

func (plainDialect) Name() string { return "plain" }
func (plainDialect) ReadVisit(_ routers.Router, rawQuery, _ string) (routers.Visit, error) {
	q, err := url.ParseQuery(rawQuery)
	if err != nil {
		return routers.Visit{}, fault.Wrap(fault.Invalid, "visit.unreadable", err)
	}
	v := routers.Visit{Parameters: rawQuery, Error: q.Get("error")}
	if v.MAC, err = access.ParseMAC(q.Get("mac")); err != nil {
		return routers.Visit{}, nil
	}
	v.IP, _ = netip.ParseAddr(q.Get("ip"))
	if v.Login = q.Get("link-login-only"); !strings.HasPrefix(v.Login, "http://10.5.50.1/") {
		return routers.Visit{}, fault.New(fault.Invalid, "visit.foreign_login")
	}
	return v, nil
}
func (plainDialect) LoginLink(_ routers.Router, v routers.Visit, name, secret string) (string, error) {
	return v.Login + "?username=" + name + "&password=" + secret, nil
}
func (plainDialect) Answer(*routers.Attributes, *routers.Answer) error          { return nil }
func (plainDialect) Identify(*radius.Packet, routers.SessionRef) error          { return nil }
func (plainDialect) LogIn(context.Context, routers.Router, routers.Login) error { return nil }
func (plainDialect) Remove(context.Context, routers.Router, routers.SessionRef) error {
	return nil
}

func (w *world) Listed(context.Context, int64) ([]plans.Plan, error) { return galleryPlans(), w.fail }

// ordersOf is apart from world because routers and orders both have a ByToken.
type ordersOf struct{ *world }

func (w ordersOf) PlaceOrder(_ context.Context, r billing.OrderRequest) (billing.Order, error) {
	w.wishes = append(w.wishes, r)
	if token, again := w.once[r.Once]; again {
		return w.orders[token].Order, nil
	}
	phone, err := customers.ParsePhone(r.Phone)
	if err != nil {
		return billing.Order{}, err
	}
	if w.sites.state == site.Closed {
		return billing.Order{}, fault.New(fault.Conflict, "site.is_closed")
	}
	if r.PlanID > 8 {
		return billing.Order{}, fault.New(fault.NotFound, "plan.gone")
	}
	token := w.order(seal.RandomHex(16), func(v *billing.OrderView) { v.Order.Phone, v.Order.Place, v.Order.Visit = phone, r.Place, r.Visit })
	w.once[r.Once] = token
	return w.orders[token].Order, nil
}

func (w ordersOf) ByToken(_ context.Context, token string) (billing.OrderView, error) {
	if w.fail != nil {
		return billing.OrderView{}, w.fail
	}
	if view, ok := w.orders[token]; ok {
		return *view, nil
	}
	return billing.OrderView{}, fault.New(fault.NotFound, "order.not_found")
}

func (w ordersOf) PendingFor(_ context.Context, _ int64, mac access.MAC) (billing.OrderView, bool, error) {
	for _, view := range w.orders {
		if view.Order.Place.MAC == mac && !view.Payment.State.Final() {
			return *view, true, nil
		}
	}
	return billing.OrderView{}, false, nil
}

func (w ordersOf) EnterReceipt(ctx context.Context, token, typed, typedEnd string) (billing.Claimed, error) {
	if len(typed) != 10 {
		return billing.Claimed{}, fault.New(fault.Invalid, "receipt.invalid")
	}
	if end, waits := w.waiting[typed]; waits {
		return whose(token, end, typedEnd)
	}
	if known := w.receipts[typed]; known != "" && !w.orders[known].Surplus {
		return w.FindByReceipt(ctx, typed)
	}
	w.orders[token].Claim = billing.ClaimAsked
	return billing.Claimed{Token: token, State: billing.ClaimWaiting}, nil
}

func (w ordersOf) FindByReceipt(_ context.Context, typed string) (billing.Claimed, error) {
	if token, ok := w.receipts[typed]; ok {
		if w.orders[token].Surplus {
			return billing.Claimed{Token: token, State: billing.ClaimHeld, Payer: w.payer}, nil
		}
		return billing.Claimed{Token: token, State: billing.ClaimFound, Payer: w.payer}, nil
	}
	return billing.Claimed{}, fault.New(fault.NotFound, "receipt.unknown")
}

func (w ordersOf) SendPhoneCode(_ context.Context, _ int64, phone customers.Phone, _ words.Lang) error {
	w.codes[phone]++
	return w.fail
}

func (w ordersOf) UsePhoneCode(_ context.Context, _ int64, phone customers.Phone, typed string) ([]billing.Bought, error) {
	if w.codes[phone] == 0 || typed != "123456" {
		return nil, fault.New(fault.Denied, "phone_code.wrong")
	}
	var all []billing.Bought
	for _, view := range w.orders {
		if view.Order.Phone == phone && view.Order.GrantID != 0 {
			all = append(all, billing.Bought{Order: view.Order, Grant: w.grant})
		}
	}
	return all, nil
}

func (w ordersOf) TokenOfGrant(_ context.Context, grantID int64) (string, error) {
	for token, view := range w.orders {
		if view.Order.GrantID == grantID {
			return token, nil
		}
	}
	return "", fault.New(fault.NotFound, "order.not_found")
}

func (w *world) View(context.Context, int64) (access.Grant, []access.Slot, access.Left, error) {
	return w.grant, w.slots, access.Left{}, nil
}

func (w *world) LiveFor(context.Context, int64, access.MAC) ([]access.Grant, error) {
	if w.live {
		return []access.Grant{w.grant}, w.fail
	}
	return nil, w.fail
}
func (w *world) CodeOf(context.Context, int64) (string, error) { return aCode.Grouped(5), nil }

func (w *world) ByCode(_ context.Context, _ int64, code access.Code) (int64, error) {
	if code == aCode {
		return w.grant.ID, nil
	}
	return 0, fault.New(fault.NotFound, "not_found")
}

func (w *world) OnceLogin(_ context.Context, _ int64, only access.MAC, _ time.Duration) (string, string, error) {
	w.onlys = append(w.onlys, only)
	return "once", "s3cret", nil
}

func (w *world) BindDevice(_ context.Context, _ int64, mac access.MAC) error {
	for i := range w.slots {
		if w.slots[i].MAC == "" {
			w.slots[i].MAC = mac
			return nil
		}
	}
	return fault.New(fault.Conflict, "guest.device.full")
}

func (w *world) Move(_ context.Context, _ int64, n int, to access.MAC) error {
	if w.moves++; w.moves > 5 {
		return fault.New(fault.TooMany, "grant.moved_enough")
	}
	w.slots[n-1].MAC = to
	return nil
}
func (w *world) Online(context.Context, int64, access.MAC) (bool, error) { return w.online, w.fail }
func (w *world) LogOut(_ context.Context, _ int64, mac access.MAC) error {
	w.logouts, w.online = append(w.logouts, mac), false
	return nil
}

var aCode = access.LogInCodes.New()

func readJSON(t *testing.T, body string) map[string]any {
	t.Helper()
	var m map[string]any
	if err := json.Unmarshal([]byte(body), &m); err != nil {
		t.Fatal(err)
	}
	return m
}

// noVouchers knows no voucher.
type noVouchers struct{}

func (noVouchers) Redeem(ctx context.Context, r vouchers.Redemption) (int64, error) {
	if r.Live != nil {
		return r.Live(ctx)
	}
	return 0, fault.New(fault.NotFound, "code.unknown")
}

func (noVouchers) OfGrant(context.Context, int64) (vouchers.Card, error) {
	return vouchers.Card{}, fault.New(fault.NotFound, "voucher.not_found")
}
