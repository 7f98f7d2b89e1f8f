package app

import (
	"context"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"mtandao/internal/audit"
	"mtandao/internal/db"
	"mtandao/internal/notify"
	"mtandao/internal/sim/people"
	"mtandao/internal/staff"
	"mtandao/internal/testdb"
	"mtandao/portal/web"
	"mtandao/radius"
	"mtandao/vouchers"
	"mtandao/vouchers/press"
)

// colleague is somebody who works in the demo, signed in.
type colleague struct {
	t     testing.TB
	base  string
	token string
	// fromOurs: the browser says that the form was sent by a page of ours
	fromOurs bool

	stamped, stampOf string // what was read from a page, and with which sign-in
}

var officeVisit = staff.Visit{Address: netip.MustParseAddr("127.0.0.1"), Browser: "test"}

// hire makes a member with roles, at some sites or all, and signs them in with all that their roles ask for.
func (s *Stage) hire(t testing.TB, email string, sites []int64, roles ...string) *colleague {
	t.Helper()
	ctx := context.Background()
	m := s.Main.Staff
	_, link, err := m.Invite(ctx, staff.By{Command: "test"}, email, staff.Profile{Name: "Test " + email, Language: "en", Roles: roles, Sites: sites})
	if err != nil {
		t.Fatal(err)
	}
	token, stage, err := m.UseLink(ctx, officeVisit, link, "four words in a row")
	if err != nil {
		t.Fatal(err)
	}
	if stage == staff.OwesEnrolment {
		token = s.enrol(t, token)
	}
	return &colleague{t: t, base: "http://" + s.Main.HTTPAddress(), token: token}
}

func (s *Stage) enrol(t testing.TB, token string) string {
	t.Helper()
	e, err := s.Main.Staff.StartEnrolment(context.Background(), token)
	if err != nil {
		t.Fatal(err)
	}
	code, err := totp.GenerateCode(e.Seed, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	_, token, err = s.Main.Staff.Enrol(context.Background(), officeVisit, token, code)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

type officeAnswer struct {
	status   int
	location string
	body     string
	told     string // to be said on the next page
}

func (c *colleague) ask(method, path string, form url.Values) officeAnswer {
	c.t.Helper()
	r, err := http.NewRequest(method, c.base+path, strings.NewReader(form.Encode()))
	if err != nil {
		c.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if c.fromOurs {
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	if c.token != "" {
		r.AddCookie(&http.Cookie{Name: "mtandao_office", Value: c.token})
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.Do(r)
	if err != nil {
		c.t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	got := officeAnswer{status: answer.StatusCode, location: answer.Header.Get("Location"), body: string(body)}
	for _, cookie := range answer.Cookies() {
		if cookie.Name == "mtandao_told" {
			got.told = cookie.Value
		} else if cookie.Name == "mtandao_office" && c.token != "" && cookie.Value != "" { // as a browser does
			c.token = cookie.Value
		}
	}
	return got
}

// bought is an order at a site, paid and online.
func (s *Stage) bought(t *testing.T, routerName, mac string) (orderID, grantID string) {
	t.Helper()
	device, err := s.Routers[routerName].Join(mac)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := people.NewGuest("0712345678").Buy(context.Background(), device.URL(), 0); err != nil {
		t.Fatal(err)
	}
	until(t, 15*time.Second, "online", device.Online)
	orders, err := s.Main.Billing.OrdersOfDevice(context.Background(), mac)
	if err != nil || len(orders) != 1 {
		t.Fatalf("%d orders: %v", len(orders), err)
	}
	return strconv.FormatInt(orders[0].ID, 10), strconv.FormatInt(orders[0].GrantID, 10)
}

// TestEveryRouteByEveryRole walks each route of the back office as each role: nobody gets what their roles do not hold, and
// what is at a site outside somebody's scope does not exist for them.
func TestEveryRouteByEveryRole(t *testing.T) {
	s := openStage(t, 1)
	objects := s.objects(t)
	testdb.WatchPlans(t, s.Main.DB)
	roles, err := s.Main.Staff.Roles(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	held := map[string]staff.Role{}
	for _, r := range roles {
		held[r.Key] = r
	}
	office, err := s.Main.openOffice(nil)
	if err != nil {
		t.Fatal(err)
	}
	stranger := &colleague{t: t, base: "http://" + s.Main.HTTPAddress()}
	elsewhere := s.hire(t, "elsewhere@demo.example", []int64{s.seeded.sites["ngong"].ID}, "manager")
	for key, role := range held {
		here := s.hire(t, "role-"+key+"@demo.example", nil, key)
		stamp := here.stamp()
		for _, route := range office.Routes() {
			if route.Policy != web.Staff {
				continue
			}
			path, aboutObject := s.concrete(t, route.Path, objects)
			if strings.HasSuffix(path, "/out") {
				continue // it would end the walk
			}
			got := here.ask(route.Method, path, url.Values{"k": {stamp}})
			refused := got.status == http.StatusForbidden
			if wanted := route.May != "" && !role.Has(route.May); refused != wanted || got.status >= 500 {
				t.Errorf("%s: %s %s answered %d", key, route.Method, path, got.status)
			}
			if got := stranger.ask(route.Method, path, nil); got.status != http.StatusSeeOther || !strings.HasPrefix(got.location, "/office/in") {
				t.Errorf("a stranger: %s %s answered %d to %q", route.Method, path, got.status, got.location)
			}
			if got := elsewhere.ask(route.Method, path, url.Values{"k": {elsewhere.stamp()}}); aboutObject && got.status != http.StatusNotFound && !lacks(held["manager"], route.May, got) {
				t.Errorf("of another site: %s %s answered %d", route.Method, path, got.status)
			}
			if got := here.ask(http.MethodPost, path, url.Values{"k": {"00"}}); route.Method == http.MethodPost && !refused && got.status != http.StatusBadRequest {
				t.Errorf("%s: %s without a stamp of ours answered %d", key, path, got.status)
			}
		}
	}
}

// concrete fills a route's parameters with an object at the first site, or one that is everybody's.
func (s *Stage) concrete(t *testing.T, path string, objects *strings.Replacer) (string, bool) {
	t.Helper()
	var parts []string
	for list, key := range map[string][2]string{"sites": {kindSite, "kasarani"}, "brands": {kindBrand, "baraka"}, "plans": {kindPlan, "hour"},
		"tills": {kindTill, "demo"}, "routers": {kindRouter, "kasarani-1"}} {
		parts = append(parts, "/"+list+"/:id", "/"+list+"/"+s.idOf(t, key[0], key[1]))
	}
	filled := strings.NewReplacer(parts...).Replace(objects.Replace(path))
	return strings.NewReplacer(":step", "plans", ":nth", "1", ":chapter", "router").Replace(filled), filled != path
}

// idOf is the id of something that is set up.
func (s *Stage) idOf(t *testing.T, kind, key string) string {
	t.Helper()
	all, err := setup{s.Main}.Objects(t.Context(), kind)
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range all {
		if o.Key == key {
			return strconv.FormatInt(o.ID, 10)
		}
	}
	t.Fatalf("there is no %s %s", kind, key)
	return ""
}

// lacks says that somebody was refused for what their role does not hold, before any object was looked at.
func lacks(r staff.Role, may staff.Permission, got officeAnswer) bool {
	return may != "" && !r.Has(may) && got.status == http.StatusForbidden
}

// objects are objects at the first site, or of no site, for the parameters of routes.
func (s *Stage) objects(t *testing.T) *strings.Replacer {
	t.Helper()
	ctx := context.Background()
	order, grant := s.bought(t, "kasarani-1", "02a1b2c3d4aa")
	s.hire(t, "victim@demo.example", nil, "cashier")
	victim, err := s.Main.Staff.MemberByEmail(ctx, "victim@demo.example")
	if err != nil {
		t.Fatal(err)
	}
	at := map[string]int64{"staff": victim.ID, "roles": victim.Roles[0].ID, "sign-ins": 1}
	open, err := s.Main.Radius.OpenSessions(ctx, radius.Which{Limit: 1})
	if err != nil || len(open) != 1 {
		t.Fatal(open, err)
	}
	told, err := s.Main.Radius.Enforcements(ctx, radius.Which{Limit: 1})
	if err != nil || len(told) != 1 {
		t.Fatal(told, err)
	}
	events, err := s.Main.Audit.List(ctx, audit.Filter{Limit: 1})
	if err != nil || len(events) != 1 {
		t.Fatal(events, err)
	}
	at["sessions"], at["enforcements"], at["audit"] = open[0].ID, told[0].ID, events[0].ID
	at["jobs"], at["alerts"], at["callbacks"] = s.parked(t), s.alarmed(t), s.setAside(t)
	if at["messages"], err = s.Main.Notify.SendTest(ctx, notify.SMS, "0712345678", "en", "test", "test"); err != nil {
		t.Fatal(err)
	}
	s.keptOff(t, open[0].GrantID)
	receipt, refund := s.refunding(t, order)
	pairs := []string{"/orders/:id", "/orders/" + order, "/grants/:id", "/grants/" + grant, "/carriers/:channel", "/carriers/sms",
		"/receipts/:id", "/receipts/" + receipt, "/refunds/:id", "/refunds/" + refund}
	voided := s.voided(t)
	pairs = append(append(pairs, voided...), "/prints/:print", "/prints/"+s.printing(t, strings.TrimPrefix(voided[1], "/vouchers/")))
	s.downloaded(t, grant)
	pool, address := s.pooled(t, grant)
	pairs = append(pairs, "/pools/:id", "/pools/"+pool, "/leases/:address", "/leases/"+address)
	at["resellers"] = s.seller(t)
	at["partners"], at["returns"] = s.landlord(t), s.brought(t, at["resellers"])
	at["payouts"], at["approvals"] = s.owed(t, at["partners"]), s.awaiting(t, at["resellers"])
	at["customers"], at["imports"], at["statements"], at["billruns"] = s.customer(t).ID, s.importing(t), s.stating(t), s.lookedAtBills(t)
	at["invoices"], at["taxes"] = s.invoiced(t)
	at["bulk"] = s.bulked(t)
	day, difference := s.differing(t)
	at["differences"] = difference
	mailing, whom := s.mailing(t, "books@firm.example")
	at["schedules"] = mailing
	pairs = append(pairs, "/days/:day", "/days/"+day, ":who", strconv.FormatInt(whom[0].ID, 10), "/do/:act", "/do/signout")
	at["tickets"], at["answers"] = s.ticketed(t, at["customers"])
	at["left"] = s.mailAside(t)
	at["apikeys"], at["webhooks"], at["deliveries"] = s.programmed(t)
	at["accounts"], at["entries"] = 1100, s.counted(t, "SELECT MIN(id) FROM ledger_entries")
	pairs = append(pairs, "/act/:what", "/act/answer", "/turn/:state", "/turn/waiting")
	pairs = append(pairs, "/customers/:id/renewals", "/customers/"+number(s.branch(t, at["customers"]).ID)+"/renewals")
	pairs = append(pairs, s.lined(t, at)...)
	pairs = append(pairs, s.paid(t, at)...)
	for name, id := range at {
		pairs = append(pairs, "/"+name+"/:id", "/"+name+"/"+strconv.FormatInt(id, 10))
	}
	return strings.NewReplacer(pairs...)
}

// printing is a print in the background of a batch of Kasarani's.
func (s *Stage) printing(t *testing.T, batch string) string {
	t.Helper()
	print, err := s.Main.Prints.Order(t.Context(), press.Print{BatchID: idOf(t, batch), Layout: "24", SiteID: s.seeded.sites["kasarani"].ID, Lang: "en"}, vouchers.By{Actor: "test"})
	if err != nil {
		t.Fatal(err)
	}
	return number(print.ID)
}

// voided is a batch of vouchers, some of which are void.
func (s *Stage) voided(t *testing.T) []string {
	t.Helper()
	plan, err := strconv.ParseInt(s.idOf(t, kindPlan, "day"), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	by := vouchers.By{Actor: "test"}
	b, err := s.Main.Vouchers.Place(t.Context(), vouchers.Wish{PlanID: plan, SiteID: s.seeded.sites["kasarani"].ID, Size: 30}, by)
	if err == nil {
		b, err = s.Main.Vouchers.Make(t.Context(), b.ID)
	}
	if err != nil {
		t.Fatal(err)
	}
	d, err := s.Main.Vouchers.Do(t.Context(), vouchers.Deed{Kind: vouchers.DeedVoid, BatchID: b.ID, First: 1, Last: 5, Reason: "torn"}, by)
	if err != nil {
		t.Fatal(err)
	}
	return []string{"/vouchers/:id", "/vouchers/" + strconv.FormatInt(b.ID, 10), "/deeds/:kind", "/deeds/" + vouchers.DeedSignOut, "/undo/:deed", "/undo/" + strconv.FormatInt(d.ID, 10)}
}

func (s *Stage) insert(t *testing.T, id int64, statement string, args ...any) int64 {
	t.Helper()
	if _, err := s.Main.DB.SQL().Exec(statement, append([]any{id}, args...)...); err != nil {
		t.Fatal(err)
	}
	return id
}

// parked is work that was given up.
func (s *Stage) parked(t *testing.T) int64 {
	now := time.Now().UTC()
	return s.insert(t, 4101, "INSERT INTO jobs (id, fact, subscriber, job_key, payload, state, run_at, attempt, failures, last_error, holder, created_at, updated_at)"+
		" VALUES (?, 'order placed', 'push', '12', '{}', 'parked', ?, 24, 24, 'unavailable: mpesa.unreachable', '', ?, ?)", now, now, now)
}

// alarmed is an alert that nobody has acknowledged.
func (s *Stage) alarmed(t *testing.T) int64 {
	t.Helper()
	if err := s.Main.DB.InTx(context.Background(), func(tx *db.Tx) error {
		return tx.Gorm().Table("alerts").Create(map[string]any{"id": 4102, "rule": notify.RuleRouter, "subject": "kasarani-1", "state": "raised", "value": 90, "raised_at": time.Now().UTC(),
			"acknowledged_by": "", "open_key": "made up", "told": 1, "settled": 0}).Error
	}); err != nil {
		t.Fatal(err)
	}
	return 4102
}

// setAside is a message of the rail that could not be taken in.
func (s *Stage) setAside(t *testing.T) int64 {
	now := time.Now().UTC()
	return s.insert(t, 4103, "INSERT INTO rail_inbox (id, content_hash, kind, body, came_from, state, note, received_at, applied_at)"+
		" VALUES (?, 'x', 'push', 'x', '196.201.214.1', 'failed', 'unavailable: db.unavailable', ?, ?)", now, now)
}

func TestTheStoryOfAnOrder(t *testing.T) {
	s := openStage(t, 1)
	order, _ := s.bought(t, "kasarani-1", "02a1b2c3d4aa")
	support := s.hire(t, "support@demo.example", nil, "support")
	for _, typed := range []string{"02:A1:B2:C3:D4:AA", "0712 345 678", "254712345678"} {
		got := support.ask(http.MethodGet, "/office/search?"+url.Values{"q": {typed}}.Encode(), nil)
		if got.status != http.StatusSeeOther || got.location != "/office/orders/"+order {
			t.Errorf("%q led to %d %q", typed, got.status, got.location)
		}
	}
	page := support.ask(http.MethodGet, "/office/orders/"+order, nil)
	for _, said := range []string{"Online now", "kasarani-1", "02:A1:B2:C3:D4:AA", "KES 10", "Running"} {
		if !strings.Contains(page.body, said) {
			t.Errorf("the story does not say %q", said)
		}
	}
	if strings.Contains(page.body, "712345678") {
		t.Error("the story shows the payer's whole number")
	}
	nothing := support.ask(http.MethodGet, "/office/search?q=%3Cscript%3Ealert(1)%3C/script%3E", nil)
	if nothing.status != http.StatusOK || strings.Contains(nothing.body, "<script>alert") || !strings.Contains(nothing.body, "Nothing found") {
		t.Errorf("%d %s", nothing.status, nothing.body)
	}
}

func TestSignInAtTheDoor(t *testing.T) {
	s := openStage(t, 1)
	door := &colleague{t: t, base: "http://" + s.Main.HTTPAddress()}
	page := door.ask(http.MethodGet, "/office/in?back=%2Foffice%2Fsearch%3Fq%3D1", nil)
	stamp := stampField.FindStringSubmatch(page.body)[1]
	form := url.Values{"k": {stamp}, "email": {demoMember}, "password": {"wrong password"}, "back": {"/office/search?q=1"}}
	if got := door.ask(http.MethodPost, "/office/in", form); got.status != http.StatusForbidden || !strings.Contains(got.body, demoMember) || strings.Contains(got.body, "wrong password") {
		t.Errorf("a wrong password: %d %s", got.status, got.body)
	}
	form.Set("password", demoPassword)
	if got := door.ask(http.MethodPost, "/office/in", form); got.status != http.StatusSeeOther || got.location != "/office/search?q=1" {
		t.Errorf("the right one: %d to %q", got.status, got.location)
	}
	for _, back := range []string{"//evil.example", "https://evil.example/office", "/office/../h/kasarani", `/office\evil`, "/h/kasarani"} {
		form.Set("back", back)
		if got := door.ask(http.MethodPost, "/office/in", form); got.location != "/office" {
			t.Errorf("back to %q led to %q", back, got.location)
		}
	}
	form.Set("email", demoOwner)
	if got := door.ask(http.MethodPost, "/office/in", form); !strings.HasPrefix(got.location, "/office/enrol") {
		t.Errorf("an owner without a second factor is led to %q", got.location)
	}
}
