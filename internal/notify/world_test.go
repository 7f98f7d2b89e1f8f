package notify

import (
	"bytes"
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/jobs"
	"mtandao/internal/seal"
	"mtandao/internal/settings"
	"mtandao/internal/sim/messages"
	"mtandao/internal/testdb"
	"mtandao/internal/words"
)

const (
	testKey     = "atsk_the_secret_api_key"
	testToken   = "123456:the_secret_bot_token"
	testSecret  = "the_secret_of_the_webhook"
	testPhone   = "254712345678"
	testUser    = "mtaa"
	testChat    = "-100200300"
	testMailbox = "owner@example.co.ke"
)

// noon is a Wednesday at noon in Nairobi.
var noon = time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)

// logBook keeps what was logged, to search it for secrets.
type logBook struct {
	mu sync.Mutex
	bytes.Buffer
}

func (l *logBook) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.Buffer.Write(b)
}

// world is the service on a database, a clock of its own, and every carrier simulated.
type world struct {
	*testing.T
	ctx   context.Context
	d     *db.DB
	clock *clock.Manual
	q     *jobs.Queue
	set   *settings.Store
	keys  *seal.Keys
	s     *Service
	sim   *messages.Server
	mail  *messages.MailServer
	url   string
	log   *logBook
}

func each(t *testing.T, run func(w *world)) {
	t.Helper()
	testdb.Each(t, func(t *testing.T, d *db.DB) { run(newWorld(t, d, nil)) })
}

func newWorld(t *testing.T, d *db.DB, transport http.RoundTripper) *world {
	t.Helper()
	w := &world{T: t, ctx: context.Background(), d: d, clock: clock.NewManual(noon), log: &logBook{}}
	w.sim = messages.New(messages.Options{Clock: w.clock, Username: testUser, APIKey: testKey, Balance: 1000_00, TelegramToken: testToken, WebhookSecret: testSecret, MailUser: "bills", MailPassword: testKey})
	server := httptest.NewServer(w.sim.Handler())
	server.Config.ErrorLog = nil
	t.Cleanup(server.Close)
	w.url = server.URL
	var err error
	if w.keys, err = seal.New(); err != nil {
		t.Fatal(err)
	}
	if w.mail, err = w.sim.NewMailServer(); err != nil {
		t.Fatal(err)
	}
	w.set = settings.New(d, w.clock)
	var client *http.Client
	if transport != nil {
		client = &http.Client{Transport: transport}
	}
	w.q, w.s = w.node(client)
	w.run()
	return w
}

// node is one more process on the same database.
func (w *world) node(client *http.Client) (*jobs.Queue, *Service) {
	log := slog.New(slog.NewTextHandler(w.log, nil))
	q := jobs.New(w.d, w.clock, log)
	return q, New(Options{DB: w.d, Jobs: q, Keys: w.keys, Clock: w.clock, Log: log, Settings: w.set, HTTP: client, RootCAs: w.mail.Roots})
}

func (w *world) run() {
	ctx, cancel := context.WithCancel(w.ctx)
	done := make(chan struct{})
	go func() { defer close(done); _ = w.q.Run(ctx) }()
	w.Cleanup(func() { cancel(); <-done })
}

// idle waits until every message that is due has been tried.
func (w *world) idle() {
	w.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, 30*time.Second)
	defer cancel()
	if err := w.q.Idle(ctx); err != nil {
		w.Fatal(err)
	}
}

// later moves the clock and lets due jobs run.
func (w *world) later(d time.Duration) {
	w.Helper()
	w.clock.Advance(d)
	w.idle()
}

func (w *world) tx(fn func(tx *db.Tx) error) {
	w.Helper()
	if err := w.d.InTx(w.ctx, fn); err != nil {
		w.Fatal(err)
	}
}

func (w *world) setting(name, value string) {
	w.Helper()
	w.tx(func(tx *db.Tx) error { return w.set.Set(tx, name, value) })
}

func (w *world) carry(c Carrier) {
	w.Helper()
	w.tx(func(tx *db.Tx) error { return w.s.SaveCarrier(tx, c) })
}

// sms gives the house an Africa's Talking account.
func (w *world) sms() *world {
	w.Helper()
	w.carry(Carrier{Channel: SMS, Driver: AfricasTalking, BaseURL: w.url, Username: testUser, Secret: testKey, Sender: "MTAANET", OfferSender: "MTAAPROMO"})
	return w
}

func (w *world) telegram() {
	w.carry(Carrier{Channel: Telegram, Driver: TelegramBot, BaseURL: w.url, Secret: testToken})
}

func (w *world) webhook() {
	w.carry(Carrier{Channel: Webhook, Driver: SignedWebhook, Secret: testSecret})
}

// email starts the mail server and makes it the carrier.
func (w *world) email() {
	w.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		w.Fatal(err)
	}
	w.Cleanup(func() { _ = l.Close() })
	go w.mail.Serve(l)
	w.carry(Carrier{Channel: Email, Driver: SMTP, Host: "127.0.0.1", Port: l.Addr().(*net.TCPAddr).Port, Sender: "bills@mtaa.co.ke", Username: "bills", Secret: testKey})
}

func code(key string) Message {
	return Message{Key: key, Purpose: ForCode, Channel: SMS, To: testPhone, Language: words.English, plain: "Your code is " + key}
}

func with(purpose Purpose, key, text string) Message {
	return Message{Key: key, Purpose: purpose, Channel: SMS, To: testPhone, Language: words.English, plain: text}
}

// send sends in a transaction of its own and fails the test when it fails.
func (w *world) send(m Message) (id int64) {
	w.Helper()
	w.tx(func(tx *db.Tx) (err error) { id, err = w.s.Send(tx, m); return err })
	return id
}

func (w *world) sendErr(m Message) error {
	return w.d.InTx(w.ctx, func(tx *db.Tx) error { _, err := w.s.Send(tx, m); return err })
}

func (w *world) line(id int64) Line {
	w.Helper()
	line, _, _, err := w.s.Read(w.ctx, id)
	if err != nil {
		w.Fatal(err)
	}
	return line
}

// is checks a message's state and reason, and how many the phones got.
func (w *world) is(id int64, state State, reason string, got int) {
	w.Helper()
	if l := w.line(id); l.State != state || l.Reason != reason {
		w.Errorf("message is %s (%s), want %s (%s)", l.State, l.Reason, state, reason)
	}
	if all := w.sim.Inbox(""); len(all) != got {
		w.Errorf("the phones got %d messages, want %d: %+v", len(all), got, all)
	}
}

// keepsSecrets fails when the log tells what nobody may read there.
func (w *world) keepsSecrets() {
	w.Helper()
	w.log.mu.Lock()
	defer w.log.mu.Unlock()
	for _, secret := range []string{testKey, testToken, testSecret, testPhone, testMailbox, testChat, "Your code is"} {
		if strings.Contains(w.log.String(), secret) {
			w.Errorf("the log tells %q:\n%s", secret, w.log.String())
		}
	}
}
