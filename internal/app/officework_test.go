package app

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"mtandao/internal/audit"
	"mtandao/internal/db"
	"mtandao/internal/notify"
	"mtandao/internal/settings"
	"mtandao/internal/testdb"
	"mtandao/radius"
)

// TestSomebodyIsCutOffFromThePages: found by the device, asked, ended, and the trace says so.
func TestSomebodyIsCutOffFromThePages(t *testing.T) {
	for _, dialect := range []string{db.SQLite, db.MySQL} {
		t.Run(dialect, func(t *testing.T) { cutOffFromThePages(t, stageOn(t, dialect, 1)) })
	}
}

func cutOffFromThePages(t *testing.T, s *Stage) {
	s.bought(t, "kasarani-1", "02a1b2c3d4aa")
	support := s.hire(t, "support@demo.example", nil, "support")
	elsewhere := s.hire(t, "ngong@demo.example", []int64{s.seeded.sites["ngong"].ID}, "support")
	page := support.ask(http.MethodGet, "/office/sessions?mac=02-A1-B2-C3-D4-AA", nil)
	support.expect(page, http.StatusOK, "02:A1:B2:C3:D4:AA", "kasarani-1", "Disconnect")
	support.expect(support.ask(http.MethodGet, "/office/sessions?mac=nonsense", nil), http.StatusBadRequest)
	support.expect(support.ask(http.MethodGet, "/office/sessions?mac=112233445566", nil), http.StatusOK, "Nobody is online here")
	elsewhere.expect(elsewhere.ask(http.MethodGet, "/office/sessions", nil), http.StatusOK, "Nobody is online here")
	open, err := s.Main.Radius.OpenSessions(context.Background(), radius.Which{Limit: 1})
	if err != nil || len(open) != 1 {
		t.Fatal(open, err)
	}
	end := "/office/sessions/" + strconv.FormatInt(open[0].ID, 10) + "/end"
	support.expect(support.ask(http.MethodGet, end, nil), http.StatusOK, "Disconnect 02:A1:B2:C3:D4:AA?", "kasarani-1")
	elsewhere.expect(elsewhere.send(end, nil), http.StatusNotFound)
	done := support.send(end, nil)
	support.expect(done, http.StatusSeeOther)
	until(t, 20*time.Second, "offline", func() bool {
		left, err := s.Main.Radius.OpenSessions(context.Background(), radius.Which{Limit: 1})
		return err == nil && len(left) == 0
	})
	support.expect(support.ask(http.MethodGet, done.location, nil), http.StatusOK, "Take offline: 02:A1:B2:C3:D4:AA", "Somebody of the staff cut it off.", "kasarani-1")
	support.expect(support.ask(http.MethodGet, end, nil), http.StatusNotFound)
	manager := s.hire(t, "manager@demo.example", nil, "manager")
	manager.expect(manager.ask(http.MethodGet, "/office/audit?actor=support@demo.example", nil), http.StatusOK, "cut off")
}

func TestWorkAndAlertsOnThePages(t *testing.T) {
	for _, dialect := range []string{db.SQLite, db.MySQL} {
		t.Run(dialect, func(t *testing.T) { workAndAlerts(t, stageOn(t, dialect, 1)) })
	}
}

func workAndAlerts(t *testing.T, s *Stage) {
	s.parked(t)
	s.alarmed(t)
	s.setAside(t)
	manager := s.hire(t, "manager@demo.example", nil, "manager")
	today := manager.ask(http.MethodGet, "/office", nil)
	manager.expect(today, http.StatusOK, "Router kasarani-1 does not answer.", `href="/office/jobs?state=parked"`, `href="/office/callbacks"`, `class="count bad">1`)
	if !strings.Contains(today.body, `href="/office/suspense"`) {
		t.Error("no link leads to what waits for somebody")
	}
	manager.expect(manager.ask(http.MethodGet, "/office/jobs?state=parked", nil), http.StatusOK, "Ask the phone to pay", "Given up")
	manager.expect(manager.ask(http.MethodGet, "/office/jobs/4101/drop", nil), http.StatusOK, "Drop it: Ask the phone to pay?")
	manager.expect(manager.send("/office/jobs/4101/drop", nil), http.StatusSeeOther)
	manager.expect(manager.send("/office/jobs/4101/drop", nil), http.StatusNotFound)
	manager.expect(manager.ask(http.MethodGet, "/office/callbacks", nil), http.StatusOK, "196.201.214.1", "We cannot reach our records just now.")
	manager.expect(manager.send("/office/callbacks/4103/retry", nil), http.StatusSeeOther)
	manager.expect(manager.ask(http.MethodGet, "/office/alerts", nil), http.StatusOK, "I know")
	manager.expect(manager.send("/office/alerts/4102/known", nil), http.StatusSeeOther)
	manager.expect(manager.ask(http.MethodGet, "/office/alerts", nil), http.StatusOK, "manager@demo.example")
	if known, err := s.Main.Audit.List(t.Context(), auditOf("alert")); err != nil || len(known) != 1 || known[0].Actor != "manager@demo.example" || !strings.Contains(known[0].After, "kasarani-1") {
		t.Errorf("the trail of an alert: %+v %v", known, err)
	}
	refused := manager.send("/office/alerts/whom", url.Values{settings.AlertSMS: {"12"}})
	manager.expect(refused, http.StatusBadRequest, "does not fit", `value="12"`)
	manager.expect(manager.ask(http.MethodGet, "/office/audit?object=job", nil), http.StatusOK, "dropped")
}

// TestACarrierKeepsItsSecret: it is typed, used, never shown, never in the trail, and stays when nothing is typed.
func TestACarrierKeepsItsSecret(t *testing.T) {
	for _, dialect := range []string{db.SQLite, db.MySQL} {
		t.Run(dialect, func(t *testing.T) { carrierKeepsItsSecret(t, stageOn(t, dialect, 1)) })
	}
}

func carrierKeepsItsSecret(t *testing.T, s *Stage) {
	ctx := context.Background()
	owner := s.hire(t, "boss@demo.example", nil, "owner")
	form := url.Values{"driver": {notify.AfricasTalking}, "username": {"baraka"}, "secret": {"atsk_0123456789"}, "sender": {"BARAKA"}, "off": {"1"}}
	owner.expect(owner.send("/office/carriers/sms", form), http.StatusSeeOther)
	form.Set("secret", "")
	form.Set("sender", "BARAKAWIFI")
	owner.expect(owner.send("/office/carriers/sms", form), http.StatusSeeOther)
	c, err := s.Main.Notify.Carrier(ctx, notify.SMS)
	if err != nil || c.Secret != "atsk_0123456789" || c.Sender != "BARAKAWIFI" || !c.Off {
		t.Fatalf("%s: %v", c, err)
	}
	page := owner.ask(http.MethodGet, "/office/carriers/sms", nil)
	owner.expect(page, http.StatusOK, "BARAKAWIFI", "It is set. Leave this empty to keep it.", "/in/r/")
	events := owner.ask(http.MethodGet, "/office/audit?object=carrier", nil)
	owner.expect(events, http.StatusOK, "sms")
	trail, err := s.Main.Audit.List(ctx, auditOf("carrier"))
	if err != nil || len(trail) != 2 || !strings.Contains(trail[1].After, `"secret":"changed"`) || !strings.Contains(trail[0].Before, "BARAKA") {
		t.Fatalf("%+v: %v", trail, err)
	}
	if strings.Contains(page.body, "atsk_") || strings.Contains(trail[0].Before+trail[0].After+trail[1].After, "atsk_") {
		t.Error("the secret is told")
	}
	owner.expect(owner.send("/office/carriers/email", url.Values{"host": {"not a host"}, "sender": {"wifi@demo.example"}}), http.StatusBadRequest, `aria-invalid="true"`)
	owner.expect(owner.send("/office/carriers/pigeon", nil), http.StatusNotFound)
	test := owner.send("/office/carriers/sms/test", url.Values{"address": {"0712345678"}})
	owner.expect(test, http.StatusSeeOther)
	owner.expect(owner.ask(http.MethodGet, test.location, nil), http.StatusOK, "0712 ••• 678", "this is a test message")
}

// TestNoListReadsATableWhole asks for each list by each of its filters.
func TestNoListReadsATableWhole(t *testing.T) {
	s := openStage(t, 1)
	testdb.WatchPlans(t, s.Main.DB)
	owner := s.hire(t, "boss@demo.example", nil, "owner")
	head := s.hire(t, "head@demo.example", []int64{s.seeded.sites["ngong"].ID}, "manager")
	for _, path := range []string{"/office/sessions?show=ending", "/office/sessions?sort=oldest&before=5", "/office/sessions?plan=hour", "/office/search?q=10.9.8.7+at+2026-01-02+10:00", "/office/search?q=INV-2026-000001", "/office/search?q=asha", "/office/sessions?router=7", "/office/sessions?mac=112233445566&show=ending", "/office/sessions?before=5",
		"/office/enforcements?state=all", "/office/enforcements?state=given_up&before=5", "/office/enforcements?router=7", "/office/overruns", "/office", "/office/refusals", "/office/refusals?about=all&before=5",
		"/office/refusals?about=routers", "/office/refusals?router=7", "/office/refusals?who=112233445566", "/office/refusals?who=asha&before=5"} {
		owner.expect(owner.ask(http.MethodGet, path, nil), http.StatusOK)
		head.expect(head.ask(http.MethodGet, path, nil), http.StatusOK)
	}
	for _, path := range []string{"/office/jobs?state=waiting", "/office/jobs?state=parked&before=5", "/office/messages?state=failed", "/office/audit?actor=x", "/office/audit?day=2026-11-25&object=member",
		"/office/audit?object=member&object_id=5&before=9", "/office/callbacks?before=5", "/office/alerts", "/office/staff?after=5"} {
		owner.expect(owner.ask(http.MethodGet, path, nil), http.StatusOK)
	}
}

func TestConsentIsRecorded(t *testing.T) {
	s := openStage(t, 1)
	support := s.hire(t, "support@demo.example", nil, "support")
	support.expect(support.ask(http.MethodGet, "/office/consent?to=12", nil), http.StatusBadRequest)
	support.expect(support.ask(http.MethodGet, "/office/consent?to=0712345678", nil), http.StatusOK, "They say no", "They say yes")
	yes := url.Values{"to": {"0712345678"}, "class": {"offers"}, "given": {"1"}}
	support.expect(support.send("/office/consent", yes), http.StatusBadRequest)
	yes.Set("wording-offers", "May we tell you of offers?")
	support.expect(support.send("/office/consent", yes), http.StatusSeeOther)
	if allowed, err := s.Main.Notify.Consents(context.Background(), notify.SMS, "254712345678"); err != nil || !allowed[notify.Offers] || !allowed[notify.Services] {
		t.Fatal(allowed, err)
	}
}

// TestADeliveryReportComesInByItsSecretAddress and by no other.
func TestADeliveryReportComesInByItsSecretAddress(t *testing.T) {
	s := openStage(t, 1)
	owner := s.hire(t, "boss@demo.example", nil, "owner")
	form := url.Values{"driver": {notify.AfricasTalking}, "username": {"baraka"}, "secret": {"atsk_0123456789"}, "off": {"1"}}
	owner.expect(owner.send("/office/carriers/sms", form), http.StatusSeeOther)
	address, err := url.Parse(mailroom{s.Main}.ReportAddress())
	if err != nil {
		t.Fatal(err)
	}
	machine := &colleague{t: t, base: owner.base}
	report := url.Values{"id": {"ATXid_1"}, "status": {"Success"}, "phoneNumber": {"+254712345678"}}
	machine.expect(machine.ask(http.MethodPost, address.Path, report), http.StatusOK)
	machine.expect(machine.ask(http.MethodPost, address.Path, url.Values{"x": {"y"}}), http.StatusBadRequest)
	for _, path := range []string{"/in/r/" + strings.Repeat("0", 32), "/in/r/x", address.Path + "0"} {
		machine.expect(machine.ask(http.MethodPost, path, report), http.StatusNotFound)
	}
}

func auditOf(object string) audit.Filter { return audit.Filter{Object: object} }
