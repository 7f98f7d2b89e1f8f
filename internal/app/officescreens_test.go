package app

import (
	"context"
	"net/http"
	"net/url"
	"os"
	stdpath "path"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"mtandao/internal/clock"
	"mtandao/internal/staff"
	"mtandao/internal/words"
	"mtandao/portal/backoffice"
)

// viewer is somebody who looks at the console: a role, and how far they have signed in.
type viewer struct {
	name  string
	token string
	may   func(staff.Permission) bool
	half  bool // has given the password only, or nothing
	// scoped: works at one site, and is refused what is of all
	scoped bool
}

// screen is one page as one viewer sees it.
type screen struct {
	viewer viewer
	path   string
	may    staff.Permission // of its route
}

// variants are pages at the addresses of routes as their filters make them.
var variants = []string{"/office/payments?state=unknown", "/office/payments?state=typed", "/office/payments?state=paid&day=2020-01-01", "/office/sessions?show=ending", "/office/sessions?mac=nonsense",
	"/office/enforcements?state=all", "/office/jobs?state=parked", "/office/jobs?state=running", "/office/messages?state=failed", "/office/plans?state=retired", "/office/routers?state=retired",
	"/office/search?q=", "/office/search?q=nobody", "/office/search?q=0712345678", "/office/audit?object=role", "/office/audit?actor=nobody", "/office/consent?to=0712345678",
	"/office/customers?q=wanj", "/office/cashier?q=kamau", "/office/cashier?q=nobody", "/office/cashier/day?day=2020-01-01", "/office/money?rail=cheque", "/office/money?rail=cash&day=2020-01-01", "/office/money?who=nobody", "/office/reports/revenue-plans?range=month", "/office/reports/revenue-ways?months=12", "/office/reports/taxes?from=2026-01-01&until=2026-03-31", "/office/customers?state=merged&segment=business", "/office/customers?tag=vip", "/office/carriers/email", "/office/carriers/telegram", "/office/carriers/webhook", "/office/carriers/sms?driver=http", "/office/setup/site", "/office/setup/till",
	"/office/setup/plans", "/office/pools?after=1", "/office/tickets?show=complaints", "/office/tickets?show=done&queue=money", "/office/tickets?show=mine", "/office/nowhere"}

// screens are all pages of the console, from the door's own list of routes, with real objects in their addresses.
func (s *Stage) screens(t *testing.T) (paths []string, may map[string]staff.Permission) {
	t.Helper()
	objects := s.objects(t)
	office, err := s.Main.openOffice(nil)
	if err != nil {
		t.Fatal(err)
	}
	may = map[string]staff.Permission{}
	for _, route := range office.Routes() {
		if route.Method != http.MethodGet || strings.Contains(route.Path, "*") || strings.HasSuffix(route.Path, "/pdf") || route.Path == "/office/a/:file" || route.Path == "/office/owner" || route.Path == "/office/welcome/:secret" {
			continue // the files of pages; what only a bare program and an invitation show has a test of its own
		}
		path, _ := s.concrete(t, route.Path, objects)
		if strings.Contains(path, ":") {
			t.Fatalf("%s needs an object to be shown with", route.Path)
		}
		if path == backoffice.FileAdded { // of somebody
			path += "?customer=" + number(s.customer(t).ID)
		}
		paths, may[path] = append(paths, path), route.May
	}
	customer, bounced := "/office/customers/"+number(s.customer(t).ID), s.bounced(t)
	may[bounced] = may[customer] // not that of "new" beside it
	acts := []string{customer + "?tab=tickets", "/office/tickets/new?customer=" + number(s.customer(t).ID)}
	for _, what := range []string{"note", "heard", "hand", "priority", "link", "customer", "no_complaint"} {
		acts = append(acts, objects.Replace("/office/tickets/:id/act/"+what))
	}
	for _, path := range append(append(variants, acts...), customer+"?tab=messages", customer+"?tab=history", customer+"?tab=money", customer+"?tab=account", customer+"/statement?from=2026-01-01&until=2026-03-31", bounced+"?tab=money", bounced+"?tab=account", "/office/receipts/"+s.stray(t), "/office/receipts/"+s.stray(t)+"?order=0712345678") {
		bare, _, _ := strings.Cut(path, "?")
		if route, same := may[bare]; same {
			may[path] = route
		} else if bare != "/office/nowhere" && stdpath.Dir(bare) != "/office" {
			for known, route := range may { // another value of its parameter
				if stdpath.Dir(known) == stdpath.Dir(bare) {
					may[path] = route
				}
			}
		}
		paths = append(paths, path)
	}
	for _, path := range s.offline(t) {
		paths, may[path] = append(paths, path), staff.AccessView
	}
	return paths, may
}

// viewers are one of each role, one who works at one site, and who is not signed in yet.
func (s *Stage) viewers(t *testing.T) []viewer {
	t.Helper()
	roles, err := s.Main.Staff.Roles(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	var all []viewer
	for _, r := range roles {
		all = append(all, viewer{name: r.Key, token: s.hire(t, "sees-"+r.Key+"@demo.example", nil, r.Key).token, may: r.Has})
		if r.Key == "manager" {
			all = append(all, viewer{name: "manager-at-kasarani", token: s.hire(t, "kasarani@demo.example", []int64{s.seeded.sites["kasarani"].ID}, r.Key).token, may: r.Has, scoped: true})
		}
	}
	_, link, err := s.Main.Staff.Invite(t.Context(), staff.By{Command: "test"}, "owes@demo.example", staff.Profile{Name: "Owes Enrolment", Language: "en", Roles: []string{"owner"}})
	if err != nil {
		t.Fatal(err)
	}
	owes, _, err := s.Main.Staff.UseLink(t.Context(), officeVisit, link, "four words in a row")
	if err != nil {
		t.Fatal(err)
	}
	code, _, err := s.Main.Staff.SignIn(t.Context(), officeVisit, "sees-owner@demo.example", "four words in a row")
	if err != nil {
		t.Fatal(err)
	}
	return append(all, viewer{name: "stranger", half: true}, viewer{name: "owes-enrolment", token: owes, half: true}, viewer{name: "owes-code", token: code, half: true})
}

// atTheDoor are the pages that who has not signed in wholly sees; every other one leads there.
var atTheDoor = []string{"/office/in", "/office/forgot", "/office/enrol", "/office/enrol/passkey", "/office/code", "/office", "/office/nowhere"}

// TestEveryPageOfTheConsoleAsEveryRole is "must be shown" 7 of issue 3: each page in a real browser as each role in both languages.
// English is seen on a laptop, Swahili on the smallest phone; MTANDAO_LONG sees both at every width, light and dark.
func TestEveryPageOfTheConsoleAsEveryRole(t *testing.T) {
	s := openStage(t, 1)
	s.Main.Staff.Public = "http://localhost:1" // a browser takes no passkey of a number
	paths, may := s.screens(t)
	var screens []screen
	for _, v := range s.viewers(t) {
		for _, path := range paths {
			if !v.half || slices.Contains(atTheDoor, path) {
				screens = append(screens, screen{v, path, may[path]})
			}
		}
	}
	parent := openBrowser(t)
	var known sync.Map
	for _, see := range sights() {
		t.Run(see.String(), func(t *testing.T) {
			t.Parallel()
			watch, opened := clock.Stopwatch(), 0
			l := newLooker(t, parent, "http://"+s.Main.HTTPAddress(), &known)
			for _, one := range screens {
				if l.judge(one, see) {
					opened++
				}
			}
			t.Logf("%d pages, of which %d were opened, %v", len(screens), opened, watch().Round(time.Second))
		})
	}
}

// sights are how the pages are seen.
func sights() []sight {
	if !long {
		return []sight{{words.English, 1280, false}, {words.Swahili, 320, false}}
	}
	var all []sight
	for _, width := range []int64{320, 390, 1280} {
		for _, lang := range words.Languages {
			all = append(all, sight{lang, width, false}, sight{lang, width, true})
		}
	}
	return all
}

// sight is how a page is seen.
type sight struct {
	lang  words.Lang
	width int64
	dark  bool
}

// String names a sight, as "en1280".
func (s sight) String() string {
	name := string(s.lang) + strconv.FormatInt(s.width, 10)
	if s.dark {
		name += "dark"
	}
	return name
}

// judge looks at one page: whether it is shown or refused as the role may, and, in the browser, what it is like. A page that says
// what one has said that was opened before is not opened again.
func (l *looker) judge(one screen, see sight) (opened bool) {
	l.t.Helper()
	name := one.viewer.name + " " + string(see.lang) + " " + one.path
	status, fresh := l.fetch(one.path, one.viewer.token, see)
	lacks := !one.viewer.half && one.may != "" && !one.viewer.may(one.may)
	if lacks != (status == http.StatusForbidden) && !one.viewer.scoped || status >= 500 || status < 200 {
		l.t.Errorf("%s answers %d", name, status)
	}
	absent := strings.HasSuffix(one.path, "/nowhere") || strings.Contains(one.path, "nonsense") || strings.Contains(one.path, "/tunnel/") // the demo's routers are in none
	if one.viewer.name == staff.Owner && status != http.StatusOK && !absent {
		l.t.Errorf("%s answers the owner %d", name, status)
	}
	if !fresh {
		return false
	}
	l.be(one.viewer.token, see.lang, see.dark)
	l.do(chromedp.Do(l.ctx, chromedp.EmulateViewport(see.width, 800)))
	for _, complaint := range l.at(one.path).Complaints {
		l.t.Errorf("%s: %s", name, complaint)
	}
	return true
}

// TestScreensOfTheConsole takes a picture of every page as the owner at every width, light and dark, in both languages, into the folder
// that MTANDAO_SCREENS names; without one it takes those of the first page.
func TestScreensOfTheConsole(t *testing.T) {
	s := openStage(t, 1)
	paths, _ := s.screens(t)
	owner := s.hire(t, "sees@demo.example", nil, "owner")
	if os.Getenv("MTANDAO_SCREENS") == "" {
		t.Setenv("MTANDAO_SCREENS", t.TempDir())
		paths = paths[:1]
	}
	parent := openBrowser(t)
	var known sync.Map
	l := newLooker(t, parent, "http://"+s.Main.HTTPAddress(), &known)
	only := os.Getenv("MTANDAO_SCREENS_ONLY")
	for _, width := range []int64{320, 390, 1280} {
		for _, lang := range words.Languages {
			for _, dark := range []bool{false, true} {
				l.be(owner.token, lang, dark)
				l.do(chromedp.Do(l.ctx, chromedp.EmulateViewport(width, 800)))
				name := string(lang) + "-" + number(width)
				if dark {
					name += "-dark"
				}
				if only != "" && !strings.Contains(name, only) {
					continue
				}
				for _, path := range paths {
					if one := os.Getenv("MTANDAO_SCREENS_PAGE"); one != "" && !strings.Contains(path, one) {
						continue
					}
					l.open(l.base + path)
					l.keep(path, name)
				}
			}
		}
	}
}

// stray is money of nobody that looks as if it were meant for an order.
func (s *Stage) stray(t *testing.T) string {
	t.Helper()
	all, err := s.Main.Billing.Suspense(t.Context(), nil, 0, 1)
	if err != nil {
		t.Fatal(err)
	}
	if len(all) == 0 {
		s.Safaricom.AutoAnswer(ignored)
		_, o := s.wanted(t, "kasarani-1", "02a1b2c3d4ab", "0722000111", 1)
		s.payByHand(t, "254799000111", mistyped(o.Code), 20)
		until(t, 10*time.Second, "in suspense", func() bool {
			all, err = s.Main.Billing.Suspense(t.Context(), nil, 0, 1)
			return err == nil && len(all) == 1
		})
	}
	return number(all[0].ID)
}

// refunding asks for a refund of an order's money.
func (s *Stage) refunding(t *testing.T, order string) (receipt, refund string) {
	t.Helper()
	receipt = s.receiptOf(t, order)
	asks := s.hire(t, "asks@demo.example", nil, "manager")
	done(t, asks.press("/office/receipts/"+receipt+"/refund", "/refund", url.Values{"amount": {"10"}, "reason": {"slow"}}))
	open, err := s.Main.Billing.OpenRefunds(t.Context(), "asked", nil)
	if err != nil || len(open) != 1 {
		t.Fatal(open, err)
	}
	return receipt, number(open[0].ID)
}
