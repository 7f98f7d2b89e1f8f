package app

import (
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"time"

	"mtandao/billing/customers"
	"mtandao/billing/prompts"
	"mtandao/internal/db"
	"mtandao/internal/money"
	"mtandao/internal/sim/safaricom"
)

// asksNow presses the button by which staff who may see money ask M-Pesa about a prompt whose result was lost.
func (a *asker) asksNow() {
	t := a.t
	t.Helper()
	viewer := a.hire(t, "sees-money@demo.example", nil, "support")
	support := a.hire(t, "pole2@demo.example", nil, "technician")
	button := func(page string) string {
		t.Helper()
		found := queryPrompt.FindStringSubmatch(page)
		if found == nil {
			t.Fatalf("no button:\n%s", page)
		}
		return found[1]
	}
	for n, act := range []safaricom.Act{safaricom.Approve, safaricom.Cancel} {
		who := a.anotherCustomer(fmt.Sprint("Asked ", n), fmt.Sprint("25479900044", n))
		record := "/office/customers/" + number(who.ID)
		a.does(act)
		a.Safaricom.SetFaults(safaricom.Faults{LoseCallback: true})
		if _, err := a.Main.Prompts.Ask(t.Context(), prompts.Request{CustomerID: who.ID, Cause: prompts.Staff, Phone: fmt.Sprint("25479900044", n), Amount: money.Shillings(70), Once: fmt.Sprint("lost", n)}, prompts.By{Actor: "test"}); err != nil {
			t.Fatal(err)
		}
		until(t, 20*time.Second, "it has rung", func() bool { a.lock.Lock(); defer a.lock.Unlock(); return len(a.rung) > 0 })
		until(t, 20*time.Second, "it left", func() bool { return queryPrompt.MatchString(viewer.ask(http.MethodGet, record+"?tab=money", nil).body) })
		at := button(viewer.ask(http.MethodGet, record+"?tab=money", nil).body)
		support.expect(support.send(at, nil), http.StatusForbidden)
		a.cashier.expect(a.cashier.send(strings.Replace(at, number(who.ID), number(a.who.ID), 1), nil), http.StatusNotFound)
		says := []string{"M-Pesa has answered: KES 70 came.", "M-Pesa has answered: no money came. The payer cancelled the prompt."}[n]
		page := viewer.follows(at)
		viewer.expect(page, http.StatusOK, says)
		if queryPrompt.MatchString(page.body) {
			t.Error("it has a verdict, and a button")
		}
		a.cashier.expect(a.cashier.ask(http.MethodGet, record+"?tab=history", nil), http.StatusOK, "asked M-Pesa about a prompt")
		a.rings("one each", 1)
	}
	a.Safaricom.SetFaults(safaricom.Faults{})
	a.does(safaricom.Approve)
}

// follows presses a button and goes where it leads, with the note that is left for the next page, as a browser does.
func (c *colleague) follows(path string) (got officeAnswer) {
	c.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		c.t.Fatal(err)
	}
	at, err := url.Parse(c.base + path)
	if err != nil {
		c.t.Fatal(err)
	}
	jar.SetCookies(at, []*http.Cookie{{Name: "mtandao_office", Value: c.token, Path: "/"}})
	answer, err := (&http.Client{Jar: jar}).PostForm(at.String(), url.Values{"k": {c.stamp()}})
	if err != nil {
		c.t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return officeAnswer{status: answer.StatusCode, body: string(body)}
}

var queryPrompt = regexp.MustCompile(`action="(/office/customers/[0-9]+/prompts/[0-9]+/query)"`)

func (a *asker) anotherCustomer(name, phone string) (c customers.Customer) {
	a.t.Helper()
	err := a.Main.DB.InTx(a.t.Context(), func(tx *db.Tx) (err error) {
		c, err = a.Main.Customers.Create(tx, customers.Customer{Name: name, SiteID: a.who.SiteID}, []customers.Contact{{Kind: customers.ByPhone, Value: phone, ForBills: true}}, customers.By{Actor: "test"})
		return err
	})
	if err != nil {
		a.t.Fatal(err)
	}
	a.Safaricom.SetBalance(phone, 1_000_00)
	return c
}
