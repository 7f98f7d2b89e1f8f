package app

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/notify"
	"mtandao/internal/sim/messages"
	"mtandao/internal/sim/safaricom"
	"mtandao/internal/words"
)

// ears stand between the program and all that it speaks to, and count.
type ears struct {
	*Stage
	t                          *testing.T
	rail, hook, coa, api, mail atomic.Int64
	carriers                   *messages.Server
	hookURL                    string
}

// said is how often the program said anything to anybody.
func (e *ears) said() map[string]int64 {
	return map[string]int64{"rail": e.rail.Load(), "webhook": e.hook.Load(), "CoA": e.coa.Load(), "API": e.api.Load(), "mail": e.mail.Load(), "carriers": int64(e.carriers.Calls())}
}

func listen(t *testing.T, s *Stage) *ears {
	t.Helper()
	e := &ears{Stage: s, t: t, carriers: messages.New(messages.Options{Username: "demo", APIKey: "key", Balance: 100_000, TelegramToken: "123456:the_secret_bot_token", WebhookSecret: "secret-of-the-webhook"})}
	rail := httptest.NewServer(counted(&e.rail, s.Safaricom.Handler()))
	carriers := httptest.NewServer(e.carriers.Handler())
	hook := httptest.NewServer(counted(&e.hook, e.carriers.Handler()))
	for _, server := range []*httptest.Server{rail, carriers, hook} {
		t.Cleanup(server.Close)
	}
	mailServer, err := e.carriers.NewMailServer()
	if err != nil {
		t.Fatal(err)
	}
	mail, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = mail.Close() })
	go mailServer.Serve(&countedListener{mail, &e.mail})
	s.Main.Notify.RootCAs = mailServer.Roots
	e.hookURL = hook.URL + "/webhook"
	r := s.Routers["kasarani-1"]
	coa, api := e.relayUDP(r.CoAAddress()), e.relayTCP(r.APIAddress())
	for _, c := range []notify.Carrier{
		{Channel: notify.SMS, Driver: notify.AfricasTalking, BaseURL: carriers.URL, Username: "demo", Secret: "key", Sender: "MTAANET"},
		{Channel: notify.Telegram, Driver: notify.TelegramBot, BaseURL: carriers.URL, Secret: "123456:the_secret_bot_token"},
		{Channel: notify.Webhook, Driver: notify.SignedWebhook, Secret: "secret-of-the-webhook"},
		{Channel: notify.Email, Driver: notify.SMTP, Sender: "wifi@demo.example", Host: "127.0.0.1", Port: mail.Addr().(*net.TCPAddr).Port},
	} {
		e.tx(func(tx *db.Tx) error { return s.Main.Notify.SaveCarrier(tx, c) })
	}
	e.tx(func(tx *db.Tx) error {
		if err := tx.Gorm().Exec("UPDATE tills SET base_url = ? WHERE id > 0", rail.URL).Error; err != nil {
			return err
		}
		return tx.Gorm().Exec("UPDATE routers SET coa_address = ?, api_address = ?, version = version + 1 WHERE name = 'kasarani-1'", coa, api).Error
	})
	if err := s.Main.Routers.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	return e
}

func (e *ears) tx(do func(tx *db.Tx) error) {
	e.t.Helper()
	if err := e.Main.DB.InTx(e.t.Context(), do); err != nil {
		e.t.Fatal(err)
	}
}

func (e *ears) number(query string, args ...any) (n int64) {
	e.t.Helper()
	if err := e.Main.DB.Read(e.t.Context()).Raw(query, args...).Scan(&n).Error; err != nil {
		e.t.Fatal(err)
	}
	return n
}

func counted(n *atomic.Int64, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n.Add(1)
		next.ServeHTTP(w, r)
	})
}

type countedListener struct {
	net.Listener
	n *atomic.Int64
}

func (l *countedListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err == nil {
		l.n.Add(1)
	}
	return c, err
}

func (e *ears) relayTCP(to string) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		e.t.Fatal(err)
	}
	e.t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			near, err := l.Accept()
			if err != nil {
				return
			}
			e.api.Add(1)
			far, err := net.Dial("tcp", to)
			if err != nil {
				_ = near.Close()
				continue
			}
			go func() { _, _ = io.Copy(far, near); _ = far.Close() }()
			go func() { _, _ = io.Copy(near, far); _ = near.Close() }()
		}
	}()
	return l.Addr().String()
}

func (e *ears) relayUDP(to string) string {
	near, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		e.t.Fatal(err)
	}
	far, err := net.Dial("udp", to)
	if err != nil {
		e.t.Fatal(err)
	}
	e.t.Cleanup(func() { _, _ = near.Close(), far.Close() })
	var asker atomic.Pointer[net.Addr]
	go func() {
		buffer := make([]byte, 4096)
		for {
			n, from, err := near.ReadFrom(buffer)
			if err != nil {
				return
			}
			e.coa.Add(1)
			asker.Store(&from)
			_, _ = far.Write(buffer[:n])
		}
	}()
	go func() {
		buffer := make([]byte, 4096)
		for {
			n, err := far.Read(buffer)
			if err != nil {
				return
			}
			if from := asker.Load(); from != nil {
				_, _ = near.WriteTo(buffer[:n], *from)
			}
		}
	}()
	return near.LocalAddr().String()
}

// TestAPausedProgramSaysNothingToAnybody: everything that can be due is due, and not one octet leaves for the rail, a carrier
// or a router; afterwards each thing happens, once.
func TestAPausedProgramSaysNothingToAnybody(t *testing.T) {
	e := listen(t, openStage(t, 60))
	e.Safaricom.AutoAnswer(func(p safaricom.Prompt) safaricom.Answer {
		act := safaricom.Approve
		if p.Phone == "254712345602" {
			act = safaricom.Ignore // unknown for long: a status query is due
		}
		return safaricom.Answer{Act: act}
	})
	online, _ := e.wanted(t, "kasarani-1", "02a1b2c3d401", "0712345601", 0)
	until(t, 20*time.Second, "the first is online", online.Online)
	var grant int64
	until(t, 20*time.Second, "and its session is known", func() bool {
		grant = e.number("SELECT COALESCE(MAX(grant_id), 0) FROM sessions_open")
		return grant != 0
	})
	_, unanswered := e.wanted(t, "kasarani-1", "02a1b2c3d402", "0712345602", 0)
	until(t, 20*time.Second, "the second's prompt is out", func() bool {
		return e.number("SELECT COUNT(*) FROM payments WHERE order_id = ? AND state = 'sent'", unanswered.ID) == 1
	})
	until(t, 15*time.Second, "the till's address is registered", func() bool {
		tills, err := e.Main.Billing.Tills(t.Context())
		return err == nil && len(tills) == 1 && e.Main.Billing.RegisterURLs(t.Context()) == nil && e.Main.Billing.Registered(t.Context(), tills[0])
	})
	e.tx(func(tx *db.Tx) error { return e.Main.Pause.Begin(tx, "a test") })
	if err := e.Main.Jobs.Idle(t.Context()); err != nil { // what had begun before is over
		t.Fatal(err)
	}
	before := e.said()

	byHand, paid := e.wanted(t, "kasarani-1", "02a1b2c3d403", "0712345603", 0)
	prompted, _ := e.wanted(t, "kasarani-1", "02a1b2c3d404", "0712345604", 0)
	e.payByHand(t, "254712345603", paid.Code, 10) // is taken in; the log-in it brings is an order to a router
	e.tx(func(tx *db.Tx) error { _, err := e.Main.Radius.Disconnect(tx, grant); return err })
	if _, err := e.Main.Billing.EnterReceipt(t.Context(), unanswered.Token, "SKJ1234567", ""); err != nil {
		t.Fatal(err)
	}
	for channel, to := range map[notify.Channel]string{notify.SMS: "254712345601", notify.Email: "asha@demo.example", notify.Telegram: "-100200300", notify.Webhook: e.hookURL} {
		if _, err := e.Main.Notify.SendTest(t.Context(), channel, to, words.English, "asha@demo.example", "192.0.2.1"); err != nil {
			t.Fatal(channel, err)
		}
	}
	for name, periodic := range map[string]func(context.Context) error{"balance": e.Main.Notify.ReadBalance, "addresses": e.Main.Billing.RegisterURLs, "backup": e.Main.Backup.Due} {
		if err := periodic(t.Context()); err != nil {
			t.Error(name, err)
		}
	}
	if _, err := (setup{e.Main}).CheckTill(t.Context(), e.number("SELECT MIN(id) FROM tills"), words.English); fault.KeyOf(err) != "rail.paused" {
		t.Error("a till is tried:", err)
	}
	// two prompts, two questions to the rail, four messages, two orders to routers
	until(t, 60*time.Second, "everything waits for the end of the pause", func() bool {
		return e.number("SELECT COUNT(*) FROM jobs WHERE last_error = 'again in 15s'") >= 9
	})
	if after := e.said(); fmt.Sprint(after) != fmt.Sprint(before) {
		t.Errorf("said while paused: %v, before %v", after, before)
	}
	if !online.Online() || byHand.Online() || len(e.carriers.Inbox("")) != 0 {
		t.Error("something reached a router or a person")
	}

	e.tx(func(tx *db.Tx) error { _, err := e.Main.Pause.End(tx); return err })
	until(t, 60*time.Second, "each message goes out", func() bool { return len(e.carriers.Inbox("")) == 4 })
	until(t, 60*time.Second, "who paid is online, who was prompted too, and the first is not", func() bool {
		return byHand.Online() && prompted.Online() && !online.Online()
	})
	until(t, 60*time.Second, "the rail was asked", func() bool { return e.said()["rail"] > before["rail"]+1 })
	if err := e.Main.Jobs.Idle(t.Context()); err != nil {
		t.Fatal(err)
	}
	paidBy := map[string]int{}
	for _, m := range e.Safaricom.Moves() {
		paidBy[m.Phone]++
	}
	if paidBy["254712345604"] != 1 || paidBy["254712345603"] != 1 || paidBy["254712345602"] != 0 || len(e.carriers.Inbox("")) != 4 {
		t.Errorf("payments %v, %d messages", paidBy, len(e.carriers.Inbox("")))
	}
	if n := e.number("SELECT COUNT(*) FROM payments WHERE state = 'sent' OR state = 'sending'"); n > 1 { // the second's prompt still rings
		t.Errorf("%d prompts ring", n)
	}
	if n := e.number("SELECT COUNT(*) FROM enforcements WHERE wanted = 'disconnect'"); n != 1 {
		t.Errorf("%d disconnects", n)
	}
	verifyBooks(t, e.Main)
}
