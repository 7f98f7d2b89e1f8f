package app

import (
	"errors"
	"strconv"
	"strings"
	"sync"
	"testing"

	"mtandao/internal/audit"
	"mtandao/internal/fault"
	"mtandao/internal/settings"
	"mtandao/portal/backoffice"
)

var wanjiku = backoffice.Author{Email: "wanjiku@baraka.example", From: "192.0.2.7"}

func (s setup) mustSave(t *testing.T, changes ...backoffice.Change) {
	t.Helper()
	if err := s.Save(t.Context(), wanjiku, changes...); err != nil {
		t.Fatal(err)
	}
}

func (s setup) find(t *testing.T, kind, key string) backoffice.Object {
	t.Helper()
	all, err := s.Objects(t.Context(), kind)
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range all {
		if o.Key == key {
			return o
		}
	}
	t.Fatalf("there is no %s %s", kind, key)
	return backoffice.Object{}
}

// TestAFormChangesWhatAFileChanges edits one field of each thing of the example, and sees that an export of it, applied,
// changes nothing: what pages save is what a file says.
func TestAFormChangesWhatAFileChanges(t *testing.T) {
	setExampleSecrets(t)
	eachMain(t, func(t *testing.T, m *Main) {
		applyText(t, m, example)
		s := setup{m}
		for _, c := range []struct{ kind, key, field, value string }{
			{kindBrand, "mwangaza", "welcome_en", "Coffee"}, {kindSite, "kasarani", "phone", "0700 000 111"}, {kindTill, "main", "consumer_key", "another"},
			{kindPlan, "hour", "price", "15"}, {kindRouter, s.firstRouter(t), "interim", "10m"},
		} {
			before := s.find(t, c.kind, c.key)
			s.mustSave(t, backoffice.Change{Kind: c.kind, Key: c.key, Stamp: before.Stamp, Fields: map[string]string{c.field: c.value}})
			after := s.find(t, c.kind, c.key)
			for name, value := range before.Fields {
				if name != c.field && after.Fields[name] != value {
					t.Errorf("%s %s: %s was %q and is %q", c.kind, c.key, name, value, after.Fields[name])
				}
			}
			if after.Fields[c.field] != c.value || after.Stamp == before.Stamp {
				t.Errorf("%s %s: %+v", c.kind, c.key, after.Fields)
			}
			for name, set := range before.Set {
				if set != after.Set[name] && name != c.field {
					t.Errorf("%s %s: %s is set: %v", c.kind, c.key, name, after.Set[name])
				}
			}
			err := s.Save(t.Context(), wanjiku, backoffice.Change{Kind: c.kind, Key: c.key, Stamp: before.Stamp, Fields: map[string]string{c.field: c.value}})
			if fault.KeyOf(err) != "conflict" {
				t.Errorf("%s %s: a form of an older state was taken: %v", c.kind, c.key, err)
			}
		}
		body, err := m.export(t.Context(), true)
		if err != nil {
			t.Fatal(err)
		}
		if again := applyText(t, m, string(body)); len(again.Changes) != 0 {
			t.Errorf("%+v", again.Changes)
		}
		checkFormTrail(t, m)
	})
}

func (s setup) firstRouter(t *testing.T) string {
	t.Helper()
	all, err := s.Objects(t.Context(), kindRouter)
	if err != nil || len(all) == 0 {
		t.Fatal(all, err)
	}
	return all[0].Key
}

func checkFormTrail(t *testing.T, m *Main) {
	t.Helper()
	plan, err := m.Audit.List(t.Context(), audit.Filter{Object: kindPlan, ObjectID: "hour"})
	if err != nil || len(plan) != 2 || plan[0].Actor != wanjiku.Email || plan[0].From != wanjiku.From || !strings.Contains(plan[0].After, `"price":"15"`) {
		t.Errorf("%+v, %v", plan, err)
	}
}

// TestOfManyFormsOfOneStateOneWins sends eight at once.
func TestOfManyFormsOfOneStateOneWins(t *testing.T) {
	setExampleSecrets(t)
	eachMain(t, func(t *testing.T, m *Main) {
		applyText(t, m, example)
		s := setup{m}
		stamp := s.find(t, kindPlan, "hour").Stamp
		won := make(chan string, 8)
		var all sync.WaitGroup
		for n := range cap(won) {
			price := strconv.Itoa(20 + n)
			all.Go(func() {
				err := s.Save(t.Context(), wanjiku, backoffice.Change{Kind: kindPlan, Key: "hour", Stamp: stamp, Fields: map[string]string{"price": price}})
				if err == nil {
					won <- price
				} else if fault.KeyOf(err) != "conflict" {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if len(won) != 1 || s.find(t, kindPlan, "hour").Fields["price"] != <-won {
			t.Errorf("%d won", len(won))
		}
	})
}

// TestNoSecretLeavesWithAnObject looks for every secret of the example in what pages are given.
func TestNoSecretLeavesWithAnObject(t *testing.T) {
	setExampleSecrets(t)
	eachMain(t, func(t *testing.T, m *Main) {
		applyText(t, m, example)
		s := setup{m}
		for _, kind := range []string{kindTill, kindRouter} {
			all, err := s.Objects(t.Context(), kind)
			if err != nil {
				t.Fatal(err)
			}
			for _, o := range all {
				for name, secret := range exampleSecrets {
					for field, value := range o.Fields {
						if value == secret && field != "consumer_key" {
							t.Errorf("%s is in %s of %s %s", name, field, kind, o.Key)
						}
					}
				}
			}
		}
		s.mustSave(t, backoffice.Change{Kind: kindTill, Key: "main", Fields: map[string]string{"passkey": "passkey-9"}})
		tills, err := m.Billing.Tills(t.Context())
		if err != nil || tills[0].Passkey != "passkey-9" || tills[0].ConsumerSecret != exampleSecrets["MPESA_CONSUMER_SECRET"] {
			t.Errorf("%+v, %v", tills, err)
		}
		trail, err := m.Audit.List(t.Context(), audit.Filter{Object: kindTill, ObjectID: "main"})
		if err != nil || strings.Contains(trail[0].Before+trail[0].After, "passkey-9") {
			t.Errorf("%+v, %v", trail, err)
		}
	})
}

// TestARefusedFormSaysWhichField tries what a person may type wrong.
func TestARefusedFormSaysWhichField(t *testing.T) {
	setExampleSecrets(t)
	eachMain(t, func(t *testing.T, m *Main) {
		applyText(t, m, example)
		s := setup{m}
		router := s.firstRouter(t)
		for _, c := range []struct {
			change     backoffice.Change
			field, key string
		}{
			{backoffice.Change{Kind: kindPlan, Key: "hour", Fields: map[string]string{"time": "1.5h"}}, "time", "apply.time"},
			{backoffice.Change{Kind: kindPlan, Key: "hour", Fields: map[string]string{"price": "ten"}}, "price", ""},
			{backoffice.Change{Kind: kindPlan, Key: "hour", Fields: map[string]string{"devices": "two"}}, "devices", "setup.whole"},
			{backoffice.Change{Kind: kindPlan, Key: "hour", Fields: map[string]string{"sites": "mars"}}, "sites", "apply.no_site"},
			{backoffice.Change{Kind: kindPlan, Key: "hour", New: true, Fields: map[string]string{"key": "hour"}}, "taken", "setup.taken"},
			{backoffice.Change{Kind: kindPlan, Key: "never", Fields: map[string]string{"price": "1"}}, "unknown", "page.unknown"},
			{backoffice.Change{Kind: kindSite, Key: "kasarani", Fields: map[string]string{"slug": "other"}}, "slug_fixed", "site.slug_fixed"},
			{backoffice.Change{Kind: kindSite, Key: "", New: true}, "unnamed", "apply.unnamed"},
			{backoffice.Change{Kind: kindBrand, Key: "mwangaza", Fields: map[string]string{"logo": "GIF89a"}}, "logo", "brand.logo"},
			{backoffice.Change{Kind: kindTill, Key: "main", Fields: map[string]string{"short_code": "12"}}, "short_code", "till.short_code"},
			{backoffice.Change{Kind: kindTill, Key: "main", Fields: map[string]string{"base_url": "http://127.0.0.1"}}, "base_url", ""},
			{backoffice.Change{Kind: kindRouter, Key: router, Fields: map[string]string{"addresses": "0.0.0.0/0"}}, "address", "router.address"},
			{backoffice.Change{Kind: kindRouter, Key: router, Fields: map[string]string{"secret": "short"}}, "secret_short", "router.secret_short"},
			{backoffice.Change{Kind: kindProvider, Fields: map[string]string{settings.UnusedDays: "never"}}, settings.UnusedDays, "setting.invalid"},
			{backoffice.Change{Kind: "moon", Key: "x"}, "unknown", "page.unknown"},
		} {
			err := s.Save(t.Context(), wanjiku, c.change)
			var w *backoffice.WrongField
			if !errors.As(err, &w) || w.Field != c.field || c.key != "" && fault.KeyOf(err) != c.key {
				t.Errorf("%+v: %v", c.change, err)
			}
		}
	})
}

// TestABrandAndItsSiteAreMadeTogether undoes the brand when the site is refused.
func TestABrandAndItsSiteAreMadeTogether(t *testing.T) {
	eachMain(t, func(t *testing.T, m *Main) {
		s := setup{m}
		brand := backoffice.Change{Kind: kindBrand, Key: "b", New: true, Fields: map[string]string{"key": "b", "name": "B"}}
		place := backoffice.Change{Kind: kindSite, Key: "a", New: true, Fields: map[string]string{"slug": "a", "name": "", "brand": "b"}}
		if err := s.Save(t.Context(), wanjiku, brand, place); fault.KeyOf(err) != "site.name" || len(m.Sites.Brands()) != 0 {
			t.Fatalf("%d brands, %v", len(m.Sites.Brands()), err)
		}
		place.Fields["name"] = "A"
		s.mustSave(t, brand, place)
		if _, worn, err := m.Sites.BySlug("a"); err != nil || worn.Key != "b" {
			t.Errorf("%+v, %v", worn, err)
		}
	})
}

// TestANewSecretOfARouter keeps the old one for a while, and tells the trail no more than that.
func TestANewSecretOfARouter(t *testing.T) {
	setExampleSecrets(t)
	eachMain(t, func(t *testing.T, m *Main) {
		applyText(t, m, example)
		s := setup{m}
		o := s.find(t, kindRouter, s.firstRouter(t))
		before, _ := m.Routers.Get(o.ID)
		secret, err := s.RotateSecret(t.Context(), wanjiku, o.ID)
		if err != nil || len(secret) < 32 {
			t.Fatal(secret, err)
		}
		if r, _ := m.Routers.Get(o.ID); r.Secret != secret || r.OldSecret != before.Secret || !r.OldSecretUntil.After(m.Clock.Now()) {
			t.Errorf("%+v", r)
		}
		trail, err := m.Audit.List(t.Context(), audit.Filter{Object: kindRouter, ObjectID: o.Key})
		if err != nil || trail[0].Action != "router secret rotated" || strings.Contains(trail[0].After, secret) {
			t.Errorf("%+v, %v", trail, err)
		}
		if _, err := s.RotateSecret(t.Context(), wanjiku, 1); !fault.Is(err, fault.NotFound) {
			t.Error(err)
		}
	})
}

var bounds = []struct {
	name     string
	from, to int
}{{settings.UnusedDays, 1, 366}, {settings.InvoiceDueDays, 0, 365}, {settings.InvoiceRound, 1, 10_000}, {settings.InvoiceRestore, 1, 100}, {settings.InvoiceThrottle, 64, 100_000}, {settings.PaperPerMinute, 1, 6000}, {settings.PaperLinkDays, 1, 400}, {settings.GraceMinutes, 0, 60}, {settings.GraceHourly, 1, 1000}, {settings.CashAlone, 0, 1_000_000}, {settings.HistoryMonths, 1, 120}, {settings.UsageMonths, 1, 120}, {settings.BulkMonths, 1, 120}, {settings.AlertEscalateMinutes, 0, 1440}, {settings.AlertPromptSuccess, 0, 80}, {settings.AlertCallbackSilence, 0, 1440},
	{settings.AlertRouterDown, 0, 3600}, {settings.AlertRejects, 0, 1_000_000}, {settings.AlertQueueAge, 0, 10_000}, {settings.AlertBalance, 0, 1_000_000},
	{settings.AlertDiskFree, 0, 80}, {settings.AlertBackupAge, 0, 1000}, {settings.AlertCertificate, 0, 60}, {settings.AlertSpoolFull, 0, 90}, {settings.AlertFlapping, 0, 1000}, {settings.AlertGuessing, 0, 100000}, {settings.AlertEarly, 0, 1000}, {settings.AlertOutage, 0, 1000}, {settings.AlertReversed, 0, 1000}, {settings.AlertDay, 0, 60}, {settings.AlertComplaint, 0, 60}, {settings.AlertHooks, 0, 1000}, {settings.AlertMailbox, 0, 10_000}, {settings.AlertMailFlood, 0, 10_000}, {settings.TicketMailsHour, 1, 1000}, {settings.TicketUrgentHours, 1, 720}, {settings.TicketHighHours, 1, 720}, {settings.TicketNormalHours, 1, 720},
	{settings.TicketLowHours, 1, 720}, {settings.TicketComplaintDays, 1, 90}, {settings.TicketCloseDays, 1, 90}, {settings.TicketKeepMonths, 1, 120}, {settings.FieldKeepMonths, 1, 120}, {settings.MessageCodesPerHour, 1, 100},
	{settings.MessageReceiptLeast, 0, 1_000_000}, {settings.MessageKeepDays, 1, 3660}}

// TestTheFormOfSettingsHasThemAllWithTheirBounds opens the page as the owner, and tries each bound that it tells.
func TestTheFormOfSettingsHasThemAllWithTheirBounds(t *testing.T) {
	s := openStage(t, 1)
	owner := s.hire(t, "owner-two@demo.example", nil, "owner")
	page := owner.ask("GET", "/office/settings/provider", nil).body
	for _, k := range settings.Keys {
		if !strings.Contains(page, `name="`+k.Name+`"`) {
			t.Errorf("%s has no field", k.Name)
		}
	}
	forms := setup{s.Main}
	for _, b := range bounds {
		if !strings.Contains(page, "From "+strconv.Itoa(b.from)+" to "+strconv.Itoa(b.to)+".") {
			t.Errorf("%s: the page does not tell %d to %d", b.name, b.from, b.to)
		}
		for value, good := range map[int]bool{b.from: true, b.to: true, b.from - 1: false, b.to + 1: false} {
			err := forms.Save(t.Context(), wanjiku, backoffice.Change{Kind: kindProvider, Fields: map[string]string{b.name: strconv.Itoa(value)}})
			if (err == nil) != good {
				t.Errorf("%s = %d: %v", b.name, value, err)
			}
		}
	}
}
