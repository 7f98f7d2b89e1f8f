package app

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/notify"
	"mtandao/internal/sim/safaricom"
	"mtandao/internal/words"
)

// wholeLog keeps what is logged.
type wholeLog struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *wholeLog) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(b)
}

// lines are what the program said, without its simulated world.
func (o *wholeLog) lines() (all []string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for line := range strings.Lines(o.text.String()) {
		if !strings.Contains(line, "simulated") {
			all = append(all, line)
		}
	}
	return all
}

// TestTheLogTellsNoSecret lets everything that can fail fail, and looks for every secret and every number in what is logged, in
// what jobs keep of their failures, and in the trail.
func TestTheLogTellsNoSecret(t *testing.T) {
	for _, dialect := range []string{db.SQLite, db.MySQL} {
		t.Run(dialect, func(t *testing.T) {
			heard := &wholeLog{}
			s := stageBy(t, dialect, DemoOptions{Speed: 1, Log: slog.New(slog.NewJSONHandler(heard, &slog.HandlerOptions{Level: slog.LevelDebug}))})
			s.failEverywhere(t, heard)
		})
	}
}

func (s *Stage) failEverywhere(t *testing.T, heard *wholeLog) {
	order, _ := s.bought(t, "kasarani-1", "02a1b2c3d4aa")
	owner := s.hire(t, "boss@demo.example", nil, "owner")
	router, _ := s.Main.Routers.Get(s.seeded.routers["kasarani-1"].ID)
	token := s.newestOrder(t, "02a1b2c3d4aa").Token
	secrets := map[string]string{"a passkey": demoMerchant.Passkey, "a consumer secret": demoMerchant.ConsumerSecret, "an operator's password": demoMerchant.InitiatorPassword,
		"a RADIUS secret": router.Secret, "an API password": router.APIPassword, "a sign-in": owner.token, "a password": "four words in a row", "a wrong password": "wrong words typed",
		"an order's token": token, "a phone": "712345678", "another phone": "722000111", "a typed phone": "0722 000 111", "a bot": "the_secret_bot_token", "a gateway's key": "s3cretkey",
		"a gateway's header": "s3cretheader", "a mail password": "s3cretmail", "a webhook's secret": "secret-of-the-webhook", "a webhook's address": "s3crethook", "a typed code": "K7M4P2QXT9"}

	s.failingCarriers(t)
	s.Safaricom.SetFaults(safaricom.Faults{ErrorAfterAccept: true})
	_, failed := s.wanted(t, "kasarani-1", "02a1b2c3d4ab", "0722000111", 1)
	s.Safaricom.SetFaults(safaricom.Faults{Down: true})
	if _, err := s.Main.Billing.EnterReceipt(t.Context(), failed.Token, "SKJ1234567", ""); err != nil {
		t.Fatal(err)
	}
	if err := s.Main.DB.InTx(t.Context(), func(tx *db.Tx) error {
		return tx.Gorm().Exec("UPDATE routers SET api_address = '127.0.0.1:1', coa_address = '127.0.0.1:1', version = version + 1 WHERE id > 0").Error
	}); err != nil {
		t.Fatal(err)
	}
	if err := s.Main.Routers.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	stranger := &colleague{t: t, base: owner.base}
	for _, call := range []struct {
		path string
		form url.Values
	}{
		{"/office/in", url.Values{"email": {"boss@demo.example"}, "password": {"wrong words typed"}}},
		{"/in/p/" + strings.Repeat("0", 32), url.Values{"phone": {"254712345678"}}},
		{"/h/kasarani/code", url.Values{"code": {"K7M4P2QXT9"}, "k": {"00"}}}, {"/h/kasarani/buy", url.Values{"phone": {"0722 000 111"}, "plan": {"x"}}},
		{"/o/" + token + "/receipt", url.Values{"receipt": {"SKJ4H7T2QZ"}, "k": {"00"}}},
	} {
		stranger.ask(http.MethodPost, call.path, call.form)
	}
	s.withoutTables(t, func() {
		for _, path := range []string{"/o/" + token, "/h/kasarani", "/s/" + token, "/h/kasarani/phone", "/readyz"} {
			stranger.ask(http.MethodGet, path, nil)
		}
		for _, path := range []string{"/office", "/office/orders/" + order, "/office/search?q=0722000111", "/office/payments", "/office/messages"} {
			owner.ask(http.MethodGet, path, nil)
		}
		stranger.ask(http.MethodPost, "/in/p/"+strings.Repeat("0", 32), url.Values{"phone": {"254712345678"}})
	})
	until(t, 30*time.Second, "messages, the rail and pages have failed", func() bool {
		all := strings.Join(heard.lines(), "")
		return strings.Contains(all, "message not accepted") && strings.Contains(all, "push without an answer") && strings.Contains(all, "request failed") && strings.Contains(all, "a page of the back office failed")
	})
	kept := s.column(t, "SELECT last_error FROM jobs") + s.column(t, "SELECT job_key FROM jobs") + s.column(t, "SELECT note FROM rail_inbox") + s.column(t, "SELECT reason FROM messages")
	trail := s.column(t, "SELECT new_value FROM audit_events") + s.column(t, "SELECT old_value FROM audit_events")
	for what, secret := range secrets {
		for _, line := range heard.lines() {
			if strings.Contains(line, secret) {
				t.Errorf("the log tells %s: %s", what, line)
			}
		}
		if strings.Contains(kept, secret) || strings.Contains(trail, secret) {
			t.Errorf("the database tells %s in the clear", what)
		}
	}
}

// failingCarriers are ways to send whose other side is not there; their addresses hold secrets.
func (s *Stage) failingCarriers(t *testing.T) {
	t.Helper()
	for _, c := range []notify.Carrier{
		{Channel: notify.SMS, Driver: notify.HTTPGateway, HTTP: notify.Gateway{URL: "http://127.0.0.1:1/send?key=s3cretkey&to={to}", Header: map[string]string{"Authorization": "s3cretheader"}, Body: "text={text}"}},
		{Channel: notify.Telegram, Driver: notify.TelegramBot, BaseURL: "http://127.0.0.1:1", Secret: "123456:the_secret_bot_token"},
		{Channel: notify.Webhook, Driver: notify.SignedWebhook, Secret: "secret-of-the-webhook"},
		{Channel: notify.Email, Driver: notify.SMTP, Sender: "wifi@demo.example", Host: "127.0.0.1", Port: 1, Username: "wifi", Secret: "s3cretmail"},
	} {
		if err := s.Main.DB.InTx(t.Context(), func(tx *db.Tx) error { return s.Main.Notify.SaveCarrier(tx, c) }); err != nil {
			t.Fatal(err)
		}
	}
	for channel, to := range map[notify.Channel]string{notify.SMS: "254712345678", notify.Email: "asha@demo.example", notify.Telegram: "-100200300", notify.Webhook: "http://127.0.0.1:1/s3crethook"} {
		if _, err := s.Main.Notify.SendTest(t.Context(), channel, to, words.English, "asha@demo.example", "192.0.2.1"); err != nil {
			t.Fatal(channel, err)
		}
	}
}

// withoutTables does something while the database has lost what most pages read.
func (s *Stage) withoutTables(t *testing.T, do func()) {
	t.Helper()
	for _, table := range []string{"orders", "messages"} {
		if _, err := s.Main.DB.SQL().Exec("ALTER TABLE " + table + " RENAME TO " + table + "_away"); err != nil {
			t.Fatal(err)
		}
	}
	do()
	for _, table := range []string{"orders", "messages"} {
		if _, err := s.Main.DB.SQL().Exec("ALTER TABLE " + table + "_away RENAME TO " + table); err != nil {
			t.Fatal(err)
		}
	}
}

func (s *Stage) column(t *testing.T, query string) string {
	t.Helper()
	rows, err := s.Main.DB.SQL().Query(query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var all strings.Builder
	for rows.Next() {
		var one []byte
		if err := rows.Scan(&one); err != nil {
			t.Fatal(err)
		}
		all.Write(one)
		all.WriteByte('\n')
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all.String()
}
