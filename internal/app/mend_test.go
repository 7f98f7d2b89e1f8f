package app

import (
	"context"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"mtandao/billing"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/sim/people"
	"mtandao/internal/sim/router"
	"mtandao/internal/sim/safaricom"
)

// receiptOf is the first money that came for an order.
func (s *Stage) receiptOf(t *testing.T, order string) string {
	t.Helper()
	m, err := s.Main.Billing.OrderMoney(context.Background(), idOf(t, order))
	if err != nil || len(m.Receipts) == 0 {
		t.Fatal(m, err)
	}
	return strconv.FormatInt(m.Receipts[0].ID, 10)
}

func idOf(t *testing.T, typed string) int64 {
	t.Helper()
	id, err := strconv.ParseInt(typed, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// wanted is an order that a device has placed.
func (s *Stage) wanted(t *testing.T, routerName, mac, phone string, choice int) (router.Device, billing.Order) {
	t.Helper()
	device, err := s.Routers[routerName].Join(mac)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := people.NewGuest(phone).Buy(context.Background(), device.URL(), choice); err != nil {
		t.Fatal(err)
	}
	return device, s.newestOrder(t, mac)
}

func (s *Stage) newestOrder(t *testing.T, mac string) billing.Order {
	t.Helper()
	orders, err := s.Main.Billing.OrdersOfDevice(context.Background(), mac)
	if err != nil || len(orders) == 0 {
		t.Fatalf("%d orders: %v", len(orders), err)
	}
	return orders[0]
}

var formShape = regexp.MustCompile(`(?s)<form(?: class="setup")? method="post" action="([^"]+)">(.*?)</form>`)
var fieldShape = regexp.MustCompile(`name="([a-z_0-9]+)"(?: type="[a-z]+")? value="([^"]*)"`)

// press sends the form of a page whose address ends so, as it stands with what is typed besides.
func (c *colleague) press(page, ending string, typed url.Values) officeAnswer {
	c.t.Helper()
	got := c.ask(http.MethodGet, page, nil)
	for _, form := range formShape.FindAllStringSubmatch(got.body, -1) {
		if !strings.HasSuffix(form[1], ending) {
			continue
		}
		fields := url.Values{}
		for _, f := range fieldShape.FindAllStringSubmatch(form[2], -1) {
			fields.Set(f[1], html.UnescapeString(f[2]))
		}
		for name, values := range typed {
			fields[name] = values
		}
		return c.ask(http.MethodPost, html.UnescapeString(form[1]), fields)
	}
	c.t.Fatalf("%s (%d) has no form that ends in %s: %s", page, got.status, ending, got.body)
	return officeAnswer{}
}

func ignored(safaricom.Prompt) safaricom.Answer { return safaricom.Answer{Act: safaricom.Ignore} }

// TestAMistypedPaybillCodeIsOneClickFromOnline is "must be shown" 2 of issue 3: money paid by hand with a wrong letter lies in
// suspense, somebody presses one button, and the device is online.
func TestAMistypedPaybillCodeIsOneClickFromOnline(t *testing.T) {
	for _, dialect := range []string{db.SQLite, db.MySQL} {
		t.Run(dialect, func(t *testing.T) {
			s := stageOn(t, dialect, 1)
			s.Safaricom.AutoAnswer(ignored)
			device, o := s.wanted(t, "kasarani-1", "02a1b2c3d4aa", "0712345678", 0)
			s.payByHand(t, "254799000111", mistyped(o.Code), 10)
			cashier := s.hire(t, "cashier@demo.example", nil, "cashier")
			until(t, 10*time.Second, "in suspense", func() bool {
				return strings.Contains(cashier.ask(http.MethodGet, "/office/suspense", nil).body, "letter from "+o.Code)
			})
			watch := clock.Stopwatch()
			told := cashier.press("/office/suspense", "/match", nil)
			if told.status != http.StatusSeeOther || told.location != "/office/orders/"+strconv.FormatInt(o.ID, 10) {
				t.Fatalf("%d to %q", told.status, told.location)
			}
			clicked := watch()
			until(t, 15*time.Second, "online", device.Online)
			t.Logf("matched in %v, online %v after the click", clicked.Round(time.Millisecond), watch().Round(time.Millisecond))
			verifyBooks(t, s.Main)
		})
	}
}

// mistyped is a code with a wrong last letter.
func mistyped(code string) string {
	if wrong := code[:len(code)-1] + "A"; wrong != code {
		return wrong
	}
	return code[:len(code)-1] + "B"
}

// payByHand pays the demo's paybill, once its address is registered.
func (s *Stage) payByHand(t testing.TB, phone, account string, shillings int64) {
	t.Helper()
	s.registered(t)
	if _, err := s.Safaricom.PayBill(context.Background(), phone, demoMerchant.ShortCode, account, shillings*100); err != nil {
		t.Fatal(err)
	}
}

// registered waits until the rail knows where money by hand is confirmed.
func (s *Stage) registered(t testing.TB) {
	t.Helper()
	until(t, 15*time.Second, "the till's address is registered", func() bool {
		if err := s.Main.Billing.RegisterURLs(context.Background()); err != nil {
			t.Fatal(err)
		}
		tills, err := s.Main.Billing.Tills(context.Background())
		return err == nil && len(tills) == 1 && s.Main.Billing.Registered(context.Background(), tills[0])
	})
}
