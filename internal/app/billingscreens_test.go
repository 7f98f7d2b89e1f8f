package app

import (
	"net/http"
	"net/url"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"mtandao/billing/customers"
	"mtandao/billing/invoices"
	"mtandao/billing/subscriptions"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/words"
)

// beforehand is a page that needs a state, and what is typed into its form and sent to come to what it shows before it happens.
type beforehand struct {
	name, path string
	typed      map[string]string
	says       string // in the page that comes then
}

// TestScreensOfBilling looks at what the console shows before money moves, which no address alone leads to: the next bills of another bill day, what an end of a line does,
// what another plan costs, taxes to give back, use that came too late, the steps that are offered, a refund on its way. Pictures go to the folder that MTANDAO_SCREENS names.
func TestScreensOfBilling(t *testing.T) {
	s := openStage(t, 1)
	pages := s.beforeMoneyMoves(t)
	all := []sight{{words.English, 1280, false}, {words.Swahili, 390, true}}
	if os.Getenv("MTANDAO_SCREENS") == "" {
		t.Setenv("MTANDAO_SCREENS", t.TempDir())
	} else {
		all = nil
		for _, width := range []int64{390, 1280} {
			for _, lang := range words.Languages {
				all = append(all, sight{lang, width, false}, sight{lang, width, true})
			}
		}
	}
	owner := s.hire(t, "sees@demo.example", nil, "owner")
	parent, stop := chromedp.NewContext(newAllocator(t))
	t.Cleanup(stop)
	if err := chromedp.Do(parent); err != nil {
		t.Fatal(err)
	}
	var known sync.Map
	l := newLooker(t, parent, "http://"+s.Main.HTTPAddress(), &known)
	for _, see := range all {
		l.be(owner.token, see.lang, see.dark)
		l.do(chromedp.Do(l.ctx, chromedp.EmulateViewport(see.width, 800)))
		name := string(see.lang) + "-" + number(see.width)
		if see.dark {
			name += "-dark"
		}
		for _, one := range pages {
			for _, c := range l.after(one).Complaints {
				t.Errorf("%s %s: %s", one.name, name, c)
			}
			l.keep("billing-"+one.name, name)
		}
	}
}

// after opens a page, types and sends its form, and looks at what comes.
func (l *looker) after(one beforehand) found {
	l.t.Helper()
	f := l.at(one.path)
	if one.typed == nil {
		return f
	}
	for name, value := range one.typed {
		_, err := chromedp.Run(l.ctx, chromedp.Evaluate[string](`document.querySelector('[name=`+name+`]').value = `+"'"+value+"'"))
		l.do(err)
	}
	l.sentOnce()
	l.do(chromedp.Do(l.ctx, chromedp.Click("form.setup .submit button")))
	l.see(10*time.Second, one.says)
	then := l.here(l.path())
	then.Complaints = append(then.Complaints, f.Complaints...)
	return then
}

// sentOnce presses the button of a form twice without sending it: the second does nothing.
func (l *looker) sentOnce() {
	l.t.Helper()
	sent, err := chromedp.Run(l.ctx, chromedp.Evaluate[int](`(() => {
		let n = 0;
		const form = document.querySelector('form.setup'), count = (e) => { if (!e.defaultPrevented) { n++; e.preventDefault(); } };
		addEventListener('submit', count);
		form.requestSubmit();
		form.requestSubmit();
		removeEventListener('submit', count);
		return n;
	})()`))
	if l.do(err); sent != 1 {
		l.t.Errorf("a double press sends the form %d times", sent)
	}
}

// path is where the browser stands.
func (l *looker) path() string {
	l.t.Helper()
	at, err := chromedp.Run(l.ctx, chromedp.Location())
	l.do(err)
	u, err := url.Parse(at)
	l.do(err)
	return u.RequestURI()
}

// beforeMoneyMoves makes what the pages need.
func (s *Stage) beforeMoneyMoves(t *testing.T) []beforehand {
	t.Helper()
	ctx, m := t.Context(), s.Main
	if err := s.seedLines(ctx); err != nil {
		t.Fatal(err)
	}
	clerk := s.hire(t, "clerk@demo.example", nil, "owner")
	until := m.Plan.Now().AddDate(1, 0, 0).In(clock.Nairobi).Format("2006-01-02T15:04")
	clerk.expect(clerk.send("/office/subscriptions/new", url.Values{"customer": {"0711200001"}, "plan": {"office-50"}, "site": {number(s.seeded.sites["kasarani"].ID)}, "router": {"0"}, "kind": {subscriptions.PPPoE},
		"name": {"office-line"}, "secret": {"s3cret"}, "until": {until}, "fee": {"4000"}}), http.StatusSeeOther, "")
	lines, err := m.Lines.List(ctx, subscriptions.Which{Login: "office-line"}, 0, 1)
	if err != nil || len(lines) != 1 {
		t.Fatal(lines, err)
	}
	if _, err := m.Invoices.Run(ctx, clock.DayOf(m.Plan.Now()), m.Due, invoices.RunOptions{}); err != nil {
		t.Fatal(err)
	}
	if _, err := m.DB.SQL().Exec("INSERT INTO usage_late (id, grant_id, site_id, hour, told_at, online_seconds, bytes_up, bytes_down, verdict, seen_by) VALUES (5, ?, 1, ?, ?, 3600, 0, 1500000000, 'lost', '')",
		lines[0].GrantID, m.Plan.Now().AddDate(0, -4, 0).Unix()/3600, m.Plan.Now().UTC()); err != nil {
		t.Fatal(err)
	}
	order, _ := s.bought(t, "kasarani-1", "02a1b2c3d4aa")
	_, refund := s.refunding(t, order)
	done(t, s.hire(t, "second@demo.example", nil, "manager").press("/office/refunds/"+refund+"/decide", "/decide", url.Values{"how": {"yes"}}))
	line, customer := lineAddress(lines[0].ID), "/office/customers/"+number(lines[0].CustomerID)
	return []beforehand{{name: "exemption", path: s.exempted(t) + "/exemption"},
		{name: "billday", path: customer + "/billday", typed: map[string]string{"bill_day": "17"}, says: `name="sure"`},
		{name: "farewell", path: line + "/change/end", typed: map[string]string{"reason": "moves away"}, says: `name="sure"`},
		{name: "plan", path: line + "/change/plan", typed: map[string]string{"plan": "home-30", "when": "now"}, says: `name="sure"`},
		{name: "lateuse", path: "/office/lateuse"}, {name: "offer", path: "/office/dunning"}, {name: "refund-send", path: "/office/refunds/" + refund + "/send"}, {name: "refund-pay", path: "/office/refunds/" + refund + "/pay"},
		{name: "line", path: line}, {name: "today", path: "/office"}}
}

// exempted is the address of a customer whose certificate came after a bill; nobody has steps against late payers.
func (s *Stage) exempted(t *testing.T) string {
	t.Helper()
	id, _ := s.invoiced(t)
	d, err := s.Main.Invoices.Get(t.Context(), id)
	if err == nil {
		err = s.Main.Invoices.SaveSteps(t.Context(), "", nil, invoices.By{Actor: "test"})
	}
	if err == nil {
		err = s.Main.DB.InTx(t.Context(), func(tx *db.Tx) error {
			c, err := s.Main.Customers.GetTx(tx, d.CustomerID)
			if err != nil {
				return err
			}
			c.TaxExempt, c.ExemptCertificate, c.ExemptFrom = true, "KRA/EXM/2026/001842", d.Day.String()
			_, err = s.Main.Customers.Save(tx, c, customers.By{Actor: "test"})
			return err
		})
	}
	if err != nil {
		t.Fatal(err)
	}
	return "/office/customers/" + number(d.CustomerID)
}
