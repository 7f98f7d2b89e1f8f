package app

import (
	"encoding/base64"
	"encoding/hex"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mtandao/billing/subscriptions"
	"mtandao/internal/apikeys"
	"mtandao/internal/db"
	"mtandao/internal/notify"
	"mtandao/internal/staff"
	"mtandao/portal/backoffice"
)

// canaries are one secret of each kind, each a word that stands nowhere else.
var canaries = map[string]string{
	"a till's passkey": "canaryPasskey7141", "a till's consumer secret": "canaryConsumer7142", "an operator's password": "canaryOperator7143", "a RADIUS secret": "canaryRadius7144", "a router's API password": "canaryRouter7145",
	"a mail password": "canaryMail7146", "an SMS gateway's header": "canaryHeader7147", "a key in an SMS gateway's address": "canaryAddress7148", "a bot's token": "canaryBot7149", "a webhook's secret": "canaryWebhook7150",
	"a PPPoE password": "canaryLine7151", "a member's password": "canary word of seven one five two",
}

// plant stores the canaries, and tells those that the program makes itself: a key of the API, a member's seed and sign-in.
func (s *Stage) plant(t *testing.T) (all map[string]string, key string) {
	t.Helper()
	all = map[string]string{}
	for what, secret := range canaries {
		all[what] = secret
	}
	w := setup{s.Main}
	tills, err := s.Main.Billing.Tills(t.Context())
	if err != nil || len(tills) == 0 {
		t.Fatal(tills, err)
	}
	w.mustSave(t, backoffice.Change{Kind: kindTill, Key: tills[0].Key, Fields: map[string]string{"passkey": canaries["a till's passkey"], "consumer_secret": canaries["a till's consumer secret"], "initiator_password": canaries["an operator's password"]}})
	w.mustSave(t, backoffice.Change{Kind: kindRouter, Key: "kasarani-1", Fields: map[string]string{"secret": canaries["a RADIUS secret"], "api_password": canaries["a router's API password"]}})
	for _, c := range []notify.Carrier{
		{Channel: notify.SMS, Driver: notify.HTTPGateway, HTTP: notify.Gateway{URL: "http://127.0.0.1:1/send?key=" + canaries["a key in an SMS gateway's address"] + "&to={to}", Header: map[string]string{"Authorization": canaries["an SMS gateway's header"]}, Body: "text={text}"}},
		{Channel: notify.Telegram, Driver: notify.TelegramBot, BaseURL: "http://127.0.0.1:1", Secret: "123456:" + canaries["a bot's token"]},
		{Channel: notify.Webhook, Driver: notify.SignedWebhook, Secret: canaries["a webhook's secret"]},
		{Channel: notify.Email, Driver: notify.SMTP, Sender: "wifi@demo.example", Host: "127.0.0.1", Port: 1, Username: "wifi", Secret: canaries["a mail password"]},
	} {
		if err := s.Main.DB.InTx(t.Context(), func(tx *db.Tx) error { return s.Main.Notify.SaveCarrier(tx, c) }); err != nil {
			t.Fatal(err)
		}
	}
	who := s.customer(t)
	if _, err := s.Main.Lines.Start(t.Context(), subscriptions.Opening{CustomerID: who.ID, PlanKey: "home-10", Place: subscriptions.Place{SiteID: who.SiteID},
		Login: subscriptions.Login{Kind: subscriptions.PPPoE, Name: "canary-line"}, Secret: canaries["a PPPoE password"]}, subscriptions.By{Actor: "test"}); err != nil {
		t.Fatal(err)
	}
	all["a sign-in"], all["a seed of codes"] = s.planted(t)
	_, key, err = s.Main.APIKeys.Make(t.Context(), apikeys.Key{Name: "Canary", Scopes: apikeys.Scopes}, "canary", apikeys.By{Actor: "test"})
	if err != nil {
		t.Fatal(err)
	}
	all["a key of the API"] = key
	return all, key
}

// planted is the sign-in, and the seed of codes, of a member whose password is a canary.
func (s *Stage) planted(t *testing.T) (token, seed string) {
	t.Helper()
	_, link, err := s.Main.Staff.Invite(t.Context(), staff.By{Command: "test"}, "canary@demo.example", staff.Profile{Name: "Canary", Language: "en", Roles: []string{"owner"}})
	if err != nil {
		t.Fatal(err)
	}
	token, _, err = s.Main.Staff.UseLink(t.Context(), officeVisit, link, canaries["a member's password"])
	if err != nil {
		t.Fatal(err)
	}
	e, err := s.Main.Staff.StartEnrolment(t.Context(), token)
	if err != nil {
		t.Fatal(err)
	}
	return token, e.Seed
}

// TestNoCanaryIsSeen plants a secret of each kind. None stands, as it is or in base64 or hex, on any page or in any export that an owner may open, in an answer of the API to a key
// that may do all, in the file of what was set up, in the log, in the database, of which copies are made, or in a file beside it.
func TestNoCanaryIsSeen(t *testing.T) {
	heard := &wholeLog{}
	s := stageBy(t, db.SQLite, DemoOptions{Speed: 1, Log: slog.New(slog.NewJSONHandler(heard, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	paths, _ := s.screens(t)
	owner := s.hire(t, "boss@demo.example", nil, "owner")
	all, key := s.plant(t)
	look := func(where, text string) {
		for what, secret := range all {
			for _, spelt := range []string{secret, base64.StdEncoding.EncodeToString([]byte(secret)), hex.EncodeToString([]byte(secret))} {
				if at := strings.Index(text, strings.TrimRight(spelt, "=")); at >= 0 {
					t.Errorf("%s tells %s: %.300q", where, what, text[max(0, at-100):])
				}
			}
		}
	}
	opened := 0
	for _, path := range paths {
		got := owner.ask(http.MethodGet, path, nil)
		look(path, got.body+got.location)
		opened++
	}
	p := program{t, owner.base, key}
	for _, path := range []string{"/customers", "/plans", "/payments", "/invoices", "/openapi.json", "/subscriptions", "/orders", "/voucher-batches", "/resellers", "/sessions", "/routers", "/tickets", "/reports", "/reports/lines"} {
		status, body := p.get(path)
		if look("the API at "+path, body); status != http.StatusOK {
			t.Errorf("%s: %d %s", path, status, body)
		}
		opened++
	}
	file, err := s.Main.export(t.Context(), false)
	if err != nil || len(file) < 1000 {
		t.Fatal(len(file), err)
	}
	look("the file of what was set up", string(file))
	s.arePlanted(t)
	look("the trail", s.column(t, "SELECT new_value FROM audit_events")+s.column(t, "SELECT old_value FROM audit_events"))
	look("the log", strings.Join(heard.lines(), ""))
	s.lookInFiles(t, look)
	if opened < 100 {
		t.Errorf("%d pages and answers were looked at", opened)
	}
}

// arePlanted: what nobody finds is there, and whoever may ask for secrets gets them.
func (s *Stage) arePlanted(t *testing.T) {
	t.Helper()
	file, err := s.Main.export(t.Context(), true)
	if err != nil {
		t.Fatal(err)
	}
	for _, what := range []string{"a till's passkey", "a till's consumer secret", "an operator's password", "a RADIUS secret", "a router's API password"} {
		if !strings.Contains(string(file), canaries[what]) {
			t.Errorf("%s is not there", what)
		}
	}
	for channel, what := range map[notify.Channel]string{notify.Email: "a mail password", notify.Webhook: "a webhook's secret"} {
		if c, err := s.Main.Notify.Carrier(t.Context(), channel); err != nil || c.Secret != canaries[what] {
			t.Errorf("%s is not there: %v", what, err)
		}
	}
}

// lookInFiles looks in the database's file and all beside it, and in the data folder.
func (s *Stage) lookInFiles(t *testing.T, look func(where, text string)) {
	t.Helper()
	file, _, _ := strings.Cut(strings.TrimPrefix(s.Main.Config.DB, "sqlite:"), "?")
	seen := 0
	for _, folder := range []string{filepath.Dir(file), s.Main.Config.Data} {
		err := filepath.WalkDir(folder, func(path string, e fs.DirEntry, err error) error {
			if err != nil || !e.Type().IsRegular() {
				return nil // it went meanwhile
			}
			if text, err := os.ReadFile(path); err == nil {
				seen += len(text)
				look(path, string(text))
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if seen < 1<<20 {
		t.Errorf("%d bytes of files were looked at", seen)
	}
}
