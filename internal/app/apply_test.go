package app

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mtandao/billing/plans"
	"mtandao/internal/audit"
	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/internal/testdb"
	"mtandao/internal/words"
	"mtandao/radius/access"
	"mtandao/radius/routers"
)

// exampleSecrets are what example.yaml takes from the environment.
var exampleSecrets = map[string]string{"MPESA_CONSUMER_KEY": "consumer-key", "MPESA_CONSUMER_SECRET": "consumer-secret-1", "MPESA_PASSKEY": "passkey-1",
	"KASARANI_RADIUS_SECRET": "radius-secret-kasarani", "KASARANI_API_PASSWORD": "api-password-1", "NGONG_RADIUS_SECRET": "radius-secret-ngong-1",
	"NGONG_UAM_SECRET": "uam-secret-1"}

func setExampleSecrets(t *testing.T) {
	for name, value := range exampleSecrets {
		t.Setenv(name, value)
	}
}

// eachMain opens the program on an empty database of each kind.
func eachMain(t *testing.T, run func(t *testing.T, m *Main)) {
	for _, dialect := range []string{"sqlite", "mysql"} {
		t.Run(dialect, func(t *testing.T) {
			c := Config{DB: testdb.URL(t, dialect), Data: t.TempDir()}
			c.fill()
			m, err := Open(t.Context(), c, Options{})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = m.Close() })
			testdb.WatchPlans(t, m.DB)
			run(t, m)
		})
	}
}

// applyText applies a document and fails the test when it cannot.
func applyText(t *testing.T, m *Main, body string) changes {
	t.Helper()
	done, err := tryApply(t, m, body, false)
	if err != nil {
		t.Fatalf("%s", sentence(err))
	}
	return done
}

func tryApply(t *testing.T, m *Main, body string, dryRun bool) (changes, error) {
	t.Helper()
	file, err := parseDocument(filepath.Join(t.TempDir(), "provider.yaml"), []byte(body))
	if err != nil {
		return changes{}, err
	}
	return m.applyDocument(t.Context(), file, dryRun)
}

func TestTheExampleIsAppliedOnceAndItsExportChangesNothing(t *testing.T) {
	setExampleSecrets(t)
	eachMain(t, func(t *testing.T, m *Main) {
		dry, err := tryApply(t, m, example, true)
		if err != nil || len(dry.Changes) != 19 {
			t.Fatalf("dry run: %d changes, %v", len(dry.Changes), err)
		}
		if n := len(m.Sites.Sites()); n != 0 {
			t.Fatalf("a dry run stored %d sites", n)
		}
		if done := applyText(t, m, example); len(done.Changes) != 19 {
			t.Fatalf("%+v", done)
		}
		if again := applyText(t, m, example); len(again.Changes) != 0 || again.Unchanged[kindPlan] != 8 {
			t.Fatalf("the second time: %+v", again)
		}
		for _, secrets := range []bool{false, true} {
			body, err := m.export(t.Context(), secrets)
			if err != nil {
				t.Fatal(err)
			}
			for _, name := range []string{"MPESA_CONSUMER_SECRET", "MPESA_PASSKEY", "KASARANI_RADIUS_SECRET", "KASARANI_API_PASSWORD", "NGONG_UAM_SECRET"} {
				if strings.Contains(string(body), exampleSecrets[name]) != secrets {
					t.Errorf("secrets=%v: %s in the export\n%s", secrets, name, body)
				}
			}
			if back, err := tryApply(t, m, string(body), false); err != nil || len(back.Changes) != 0 || back.Unchanged[kindRouter] != 2 {
				t.Errorf("secrets=%v: the export changes %+v, %v", secrets, back, err)
			}
		}
		checkExample(t, m)
	})
}

// checkExample looks at what the example became behind its words.
func checkExample(t *testing.T, m *Main) {
	ctx := t.Context()
	all, err := m.Plans.All(ctx)
	plan := map[string]plans.Plan{}
	for _, p := range all {
		plan[p.Key] = p
	}
	night, online, week := plan["night"], plan["three-hours"], plan["week"]
	if err != nil || len(night.Limits.Hours) != 1 || night.Limits.Hours[0].From != 22*60 || night.Limits.UpKbps != 2000 {
		t.Errorf("night: %+v, %v", night, err)
	}
	if online.Limits.TimeKind != access.Online || online.Limits.Valid != 2*day {
		t.Errorf("three hours: %+v", online)
	}
	if here, _, _ := m.Sites.BySlug("kasarani"); len(week.Sites) != 1 || week.Sites[0] != here.ID {
		t.Errorf("week: %+v", week)
	}
	office := plan["office"].Terms
	if office.Mode != plans.Postpaid || !office.Arrears || !office.Inclusive || office.Data.Included != 200 || office.Data.Tiers[0].UpTo != 100 || office.Data.Tiers[1].UpTo != 0 ||
		office.Minimum != money.Shillings(5000) || office.Maximum != money.Shillings(20_000) || office.Data.Windows[0].Each != money.Shillings(5) || office.Rates[0].Level != "priority" || office.Rates[0].Segment != plans.Business || office.Includes[0] != "support" {
		t.Errorf("office: %+v", office)
	}
	addons, err := m.Plans.AddOns(ctx)
	if err != nil || len(addons) != 2 || !addons[0].Once || addons[0].Bytes != 50e9 || !addons[0].GoesWith("home-10") || addons[0].GoesWith("office") {
		t.Errorf("add-ons: %+v, %v", addons, err)
	}
	coupons, err := m.Plans.Coupons(ctx)
	if err != nil || len(coupons) != 1 || coupons[0].Discount != (plans.Discount{Percent: 5000, Periods: 2}) || coupons[0].Most != 100 {
		t.Errorf("coupons: %+v, %v", coupons, err)
	}
	for _, r := range m.Routers.All() {
		if r.Dialect == routers.Chilli && (r.UAMSecret != "uam-secret-1" || !r.Swap) {
			t.Errorf("%+v", r)
		}
	}
	tills, err := m.Billing.Tills(ctx)
	if err != nil || len(tills) != 1 || tills[0].Passkey != "passkey-1" || tills[0].ShortCode != "174379" {
		t.Errorf("tills: %+v, %v", tills, err)
	}
}

func TestAnExportMovesAProviderToAnotherDatabase(t *testing.T) {
	setExampleSecrets(t)
	var exports []string
	eachMain(t, func(t *testing.T, m *Main) {
		body := example
		if len(exports) > 0 {
			body = exports[0]
		}
		applyText(t, m, body)
		out, err := m.export(t.Context(), true)
		if err != nil {
			t.Fatal(err)
		}
		exports = append(exports, string(out))
	})
	if withoutTokens(exports[0]) != withoutTokens(exports[1]) {
		t.Errorf("first\n%s\nthen\n%s", exports[0], exports[1])
	}
}

// withoutTokens drops the comments with the routers' addresses: tokens are made anew.
func withoutTokens(s string) string {
	var kept []string
	for line := range strings.Lines(s) {
		if !strings.Contains(line, "captive portal:") {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "")
}

func TestAChangeIsShownAuditedAndKeepsWhatIsLeftOut(t *testing.T) {
	setExampleSecrets(t)
	eachMain(t, func(t *testing.T, m *Main) {
		applyText(t, m, example)
		done := applyText(t, m, `
plans:
  - {key: hour, name: 1 hour, price: 15, time: 1h, up: 1Mbit, down: 3Mbit, sort: 1}
tills:
  - {key: main, short_code: 174379, consumer_key: other-key, passkey: passkey-2, base_url: https://sandbox.safaricom.co.ke}
sites:
  - {slug: ngong, name: "Mwangaza Café, Ngong", brand: mwangaza, state: closed}
`)
		var lines []string
		for _, one := range done.Changes {
			for _, f := range one.Fields {
				lines = append(lines, one.Object+" "+f.line(one.Action))
			}
		}
		told := strings.Join(lines, "\n")
		for _, want := range []string{"plan price: 10 → 15", "plan name_sw: Saa 1 → (none)", "plan burst.over: 16s → (none)", "till passkey: (changed)",
			"till consumer_key: consumer-key → other-key", "site state: open → closed"} {
			if !strings.Contains(told, want) {
				t.Errorf("%q is not told:\n%s", want, told)
			}
		}
		if strings.Contains(told, "passkey-") || strings.Contains(told, "consumer_secret") {
			t.Errorf("told too much:\n%s", told)
		}
		checkTrail(t, m)
		tills, _ := m.Billing.Tills(t.Context())
		if tills[0].Passkey != "passkey-2" || tills[0].ConsumerSecret != "consumer-secret-1" {
			t.Errorf("a secret that was left out did not stay: %+v", tills[0])
		}
		if all, _ := m.Plans.All(t.Context()); len(all) != 8 {
			t.Errorf("%d plans", len(all))
		}
	})
}

func checkTrail(t *testing.T, m *Main) {
	t.Helper()
	plan, err := m.Audit.List(t.Context(), audit.Filter{Object: kindPlan, ObjectID: "hour"})
	if err != nil || len(plan) != 2 || !strings.Contains(plan[0].Before, `"price":"10"`) || !strings.Contains(plan[0].After, `"price":"15"`) {
		t.Errorf("%+v, %v", plan, err)
	}
	till, err := m.Audit.List(t.Context(), audit.Filter{Object: kindTill, ObjectID: "main"})
	if err != nil || len(till) != 2 || strings.Contains(till[0].Before+till[0].After+till[1].After, "passkey-") || till[0].Actor != "command apply" {
		t.Errorf("%+v, %v", till, err)
	}
}

func TestEachFaultNamesLineObjectAndWhatToDo(t *testing.T) {
	eachMain(t, func(t *testing.T, m *Main) {
		till := "  - {key: a, short_code: 174379, consumer_key: k, consumer_secret: s, passkey: p, base_url: https://x.example}\n"
		for want, body := range map[string]string{
			"line 4, plan hour: Write the amount":        "plans:\n  - key: hour\n    name: x\n    price: ten\n",
			"line 2, plan hour: 5 is no time":            "plans:\n  - {key: hour, name: x, price: 10, time: 5}\n",
			"line 5, plan hour: 25:00-06:00 are no":      "plans:\n  - key: hour\n    price: 10\n    time: 1h\n    hours: [\"25:00-06:00\"]\n",
			"line 4, plan hour: 3 is no speed":           "plans:\n  - key: hour\n    price: 1\n    burst: {up: 3}\n",
			"line 3, site x: There is no brand ghost":    "sites:\n  - slug: x\n    brand: ghost\n",
			"line 3, site x: There is no time zone":      "sites:\n  - {slug: x, name: X,\n     timezone: Mars/Base}\n",
			"line 2, router r: There is no site ghost":   "routers:\n  - {name: r, site: ghost}\n",
			"line 2, brand b: red is no colour":          "brands:\n  - {key: b, name: B, accent: red}\n",
			"line 3, brand b: The file":                  "brands:\n  - key: b\n    logo: none.svg\n",
			"line 2, till a: The environment has no NO_": "tills:\n  - {key: a, passkey: {env: NO_SUCH_VARIABLE}}\n",
			"line 2, till a: The till needs its passkey": "tills:\n  - {key: a, short_code: 174379, consumer_key: k, consumer_secret: s}\n",
			"line 2, till a: A till is live or retired":  "tills:\n  - {key: a, state: gone}\n",
			"line 2, till a: http://127.0.0.1":           "tills:\n" + strings.Replace(till, "https://x.example", "http://127.0.0.1", 1),
			"line 3, plan hour: hour stands in this":     "plans:\n  - {key: hour, name: h, price: 10, time: 1h}\n  - {key: hour, name: h, price: 10, time: 1h}\n",
			"line 2, plan : It has no key":               "plans:\n  - {name: x}\n",
			"line 3, provider: never does not fit":       "provider:\n  settings:\n    grant.unused_days: never\n",
			"line 3, provider: There is no setting":      "provider:\n  settings:\n    colour: red\n",
		} {
			_, err := tryApply(t, m, body, false)
			if text := sentence(err); !strings.HasPrefix(text, "provider.yaml, "+want) || !fault.Is(err, fault.Invalid) {
				t.Errorf("want %s\ngot  %s", want, text)
			}
		}
	})
}

func TestOneFaultUndoesTheWholeFile(t *testing.T) {
	eachMain(t, func(t *testing.T, m *Main) {
		_, err := tryApply(t, m, "sites:\n  - {slug: a, name: A}\nrouters:\n  - {name: r, site: a, dialect: mikrotik, addresses: [10.0.0.1], secret: short}\n", false)
		if fault.KeyOf(err) != "apply.field" || len(m.Sites.Sites()) != 0 {
			t.Fatalf("%d sites, %v", len(m.Sites.Sites()), err)
		}
		if events, _ := m.Audit.List(t.Context(), audit.Filter{Object: kindSite, ObjectID: "a"}); len(events) != 0 {
			t.Errorf("%+v", events)
		}
	})
}

func TestARetiredRoutersAddressGoesToTheNext(t *testing.T) {
	eachMain(t, func(t *testing.T, m *Main) {
		const old = "{name: old, site: a, dialect: mikrotik, addresses: [10.0.0.1], secret: 0123456789abcdef, login_hosts: [h]"
		applyText(t, m, "sites:\n  - {slug: a, name: A}\nrouters:\n  - "+old+"}\n")
		next := "routers:\n  - {name: new, site: a, dialect: mikrotik, addresses: [10.0.0.1], secret: 0123456789abcdef}\n  - " + old + ", state: retired}\n"
		if done := applyText(t, m, next); len(done.Changes) != 2 {
			t.Fatalf("%+v", done)
		}
		if again := applyText(t, m, next); len(again.Changes) != 0 {
			t.Errorf("%+v", again)
		}
	})
}

func TestTwoTillsCannotTakeTheMoneyOfOneSite(t *testing.T) {
	eachMain(t, func(t *testing.T, m *Main) {
		const till = "short_code: 174379, consumer_key: k, consumer_secret: s, passkey: p, base_url: https://x.example, sites: [a]}\n"
		_, err := tryApply(t, m, "sites:\n  - {slug: a, name: A}\ntills:\n  - {key: one, "+till+"  - {key: two, "+till, false)
		if text := sentence(err); !strings.Contains(text, "line 5, till two: Two tills of this file") {
			t.Error(text)
		}
	})
}

func TestLogosAndSecretsComeFromFilesBesideTheDocument(t *testing.T) {
	folder := t.TempDir()
	for name, body := range map[string]string{
		"logo.svg": `<svg xmlns="http://www.w3.org/2000/svg"><script>x</script><g></g></svg>`, "secret.txt": "0123456789abcdef\n",
		"provider.yaml": "brands:\n  - {key: b, name: B, logo: logo.svg}\nsites:\n  - {slug: a, name: A, brand: b}\n" +
			"routers:\n  - {name: r, site: a, dialect: mikrotik, addresses: [10.0.0.0/24], secret: {file: secret.txt}}\n",
	} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	eachMain(t, func(t *testing.T, m *Main) {
		file, err := readDocument(filepath.Join(folder, "provider.yaml"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := m.applyDocument(context.Background(), file, false); err != nil {
			t.Fatal(sentence(err))
		}
		if logo := string(m.Sites.Brands()[0].Logo); logo != `<svg xmlns="http://www.w3.org/2000/svg"><g></g></svg>` {
			t.Error(logo)
		}
		if r := m.Routers.All()[0]; r.Secret != "0123456789abcdef" || r.Addresses[0].String() != "10.0.0.0/24" {
			t.Errorf("%+v", r)
		}
		if again, err := m.applyDocument(context.Background(), file, false); err != nil || len(again.Changes) != 0 {
			t.Errorf("%+v, %v", again, err)
		}
	})
}

func TestEveryFaultOfApplyAndCommandsHasItsSentence(t *testing.T) {
	for _, key := range []string{"apply.yaml", "apply.field", "apply.file", "apply.env", "apply.no_site", "apply.no_brand", "apply.till_state", "apply.twice",
		"apply.unnamed", "apply.two_tills", "apply.time", "apply.data", "apply.rate", "apply.until", "apply.hours", "verify.problems", "doctor.fails",
		"doctor.not_confirmed", "config.yaml", "config.unknown_key", "config.file"} {
		if !words.Has(key) {
			t.Error(key)
		}
	}
}
