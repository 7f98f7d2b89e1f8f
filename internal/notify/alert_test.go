package notify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"mtandao/internal/clock"
	"mtandao/internal/fault"
	"mtandao/internal/settings"
	"mtandao/internal/testdb"
)

// network is a made-up network whose routers fall silent.
type network struct {
	mu    sync.Mutex
	clock *clock.Manual
	down  map[string]time.Time
	all   []string
	fail  error
}

func (n *network) set(down bool, names ...string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, name := range names {
		if delete(n.down, name); down {
			n.down[name] = n.clock.Now()
		}
	}
}

func (n *network) read(context.Context) (readings []Reading, err error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, name := range n.all {
		r := Reading{Subject: name}
		if at, ok := n.down[name]; ok {
			r.Value = int64(n.clock.Now().Sub(at) / time.Second)
		}
		readings = append(readings, r)
	}
	return readings, n.fail
}

// watched is a world with ten routers and an owner with a phone.
func watched(w *world) *network {
	n := &network{clock: w.clock, down: map[string]time.Time{}}
	for i := range 10 {
		n.all = append(n.all, fmt.Sprintf("Kasarani %d", i))
	}
	w.s.Watch(RuleRouter, n.read)
	w.sms()
	w.setting(settings.AlertSMS, "0712345678")
	w.setting(settings.ProviderName, "Mtaa")
	return n
}

// live lets time pass as a running house would spend it.
func (w *world) live(d time.Duration) {
	w.Helper()
	for range d / evaluateEvery {
		w.clock.Advance(evaluateEvery)
		if err := w.s.Evaluate(w.ctx); err != nil {
			w.Fatal(err)
		}
		w.idle()
	}
}

// phone checks what the owner's phone got in all.
func (w *world) phone(texts ...string) {
	w.Helper()
	var got []string
	for _, item := range w.sim.Inbox(testPhone) {
		got = append(got, item.Text)
	}
	if strings.Join(got, "\n") != strings.Join(texts, "\n") {
		w.Errorf("the owner's phone has\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(texts, "\n"))
	}
}

func TestARouterGoesDownAndTheOwnerKnowsWithinTwoMinutes(t *testing.T) {
	each(t, func(w *world) {
		n := watched(w)
		w.live(time.Minute)
		n.set(true, "Kasarani 3")
		w.live(2 * time.Minute)
		down := "Mtaa 12:02: Router Kasarani 3 does not answer."
		w.phone(down)
		w.live(10 * time.Minute)
		w.phone(down)
		open, err := w.s.OpenAlerts(w.ctx)
		if err != nil || len(open) != 1 || open[0].Subject != "Kasarani 3" || open[0].State != Raised {
			t.Fatalf("%+v %v", open, err)
		}
		if err := w.s.Acknowledge(w.ctx, open[0].ID, "Asha", "127.0.0.1"); err != nil {
			t.Fatal(err)
		}
		if err := w.s.Acknowledge(w.ctx, open[0].ID, "Juma", "127.0.0.1"); fault.KeyOf(err) != "alert.not_raised" {
			t.Error(err)
		}
		w.live(time.Hour)
		w.phone(down)
		n.set(false, "Kasarani 3")
		w.live(4 * time.Minute)
		w.phone(down, "Mtaa 13:15: Router Kasarani 3 answers again.")
		w.live(time.Hour)
		history, err := w.s.History(w.ctx, Page{})
		if err != nil || len(history) != 1 || history[0].State != Cleared || history[0].AcknowledgedBy != "Asha" {
			t.Errorf("%+v %v", history, err)
		}
		if rest, err := w.s.History(w.ctx, Page{Before: history[0].RaisedAt, BeforeID: history[0].ID}); err != nil || len(rest) != 0 {
			t.Errorf("%+v %v", rest, err)
		}
		if open, err = w.s.OpenAlerts(w.ctx); err != nil || len(open) != 0 || len(w.sim.Inbox("")) != 2 {
			t.Errorf("%+v %v, %d messages", open, err, len(w.sim.Inbox("")))
		}
	})
}

func TestTenRoutersDownAreOneMessage(t *testing.T) {
	each(t, func(w *world) {
		n := watched(w)
		n.set(true, n.all[:4]...)
		w.live(10 * time.Second)
		n.set(true, n.all[4:]...) // the battery of the mast lasted a little longer
		w.live(2 * time.Minute)
		down := "Mtaa 12:01: 10 routers do not answer: Kasarani 0, Kasarani 1, Kasarani 2 and 7 more."
		w.phone(down)
		n.set(false, n.all...)
		w.live(5 * time.Minute)
		w.phone(down, "Mtaa 12:04: 10 routers answer again: Kasarani 0, Kasarani 1, Kasarani 2 and 7 more.")
	})
}

func TestNobodyAcknowledges(t *testing.T) {
	each(t, func(w *world) {
		n := watched(w)
		w.setting(settings.AlertEscalateSMS, "0722000111")
		n.set(true, n.all[0])
		w.live(40 * time.Minute)
		w.phone("Mtaa 12:01: Router Kasarani 0 does not answer.", "Mtaa 12:01: Nobody has acknowledged this yet. Router Kasarani 0 does not answer.")
		if second := w.sim.Inbox("254722000111"); len(second) != 1 {
			t.Errorf("%+v", second)
		}
		w.live(3 * time.Hour)
		if all := w.sim.Inbox(""); len(all) != 3 {
			t.Errorf("%d messages", len(all))
		}
	})
}

// TestAFlickerIsNoNews: neither a short silence nor a short return says anything.
func TestAFlickerIsNoNews(t *testing.T) {
	each(t, func(w *world) {
		n := watched(w)
		n.set(true, n.all[0])
		w.live(50 * time.Second)
		n.set(false, n.all[0])
		w.live(5 * time.Minute)
		w.phone()
		n.set(true, n.all[0])
		w.live(3 * time.Minute)
		for range 3 {
			n.set(false, n.all[0])
			w.live(30 * time.Second)
			n.set(true, n.all[0])
			w.live(2 * time.Minute)
		}
		w.phone("Mtaa 12:07: Router Kasarani 0 does not answer.")
	})
}

func TestTwoNodesTellOnce(t *testing.T) {
	each(t, func(w *world) {
		n := watched(w)
		_, other := w.node(nil)
		other.Watch(RuleRouter, n.read)
		n.set(true, n.all[:3]...)
		for range 15 {
			w.clock.Advance(evaluateEvery)
			var wait sync.WaitGroup
			for _, s := range []*Service{w.s, other} {
				wait.Go(func() {
					if err := s.Evaluate(w.ctx); err != nil {
						t.Error(err)
					}
				})
			}
			wait.Wait()
			w.idle()
		}
		w.phone("Mtaa 12:01: 3 routers do not answer: Kasarani 0, Kasarani 1, Kasarani 2.")
	})
}

func TestAFailingSourceChangesNothing(t *testing.T) {
	each(t, func(w *world) {
		n := watched(w)
		n.set(true, n.all[0])
		w.live(2 * time.Minute)
		n.mu.Lock()
		n.fail = errors.New("the router list cannot be read")
		n.mu.Unlock()
		w.live(10 * time.Minute)
		if open, err := w.s.OpenAlerts(w.ctx); err != nil || len(open) != 1 {
			t.Errorf("%+v %v", open, err)
		}
		n.mu.Lock()
		n.fail, n.all = nil, n.all[1:] // and then the router is taken off the list
		n.mu.Unlock()
		w.live(5 * time.Minute)
		if open, err := w.s.OpenAlerts(w.ctx); err != nil || len(open) != 0 {
			t.Errorf("%+v %v", open, err)
		}
	})
}

func TestEveryChannelIsTold(t *testing.T) {
	each(t, func(w *world) {
		n := watched(w)
		w.telegram()
		w.webhook()
		w.email()
		w.setting(settings.AlertTelegram, testChat)
		w.setting(settings.AlertEmail, testMailbox)
		w.setting(settings.AlertWebhook, w.url+"/webhook")
		w.setting(settings.AlertLanguage, "sw")
		n.set(true, n.all[0])
		w.live(2 * time.Minute)
		kinds := map[string]string{}
		for _, item := range w.sim.Inbox("") {
			kinds[item.Kind] = item.Subject + "|" + item.Text
		}
		const text = "Mtaa 12:01: Ruta Kasarani 0 haijibu."
		if len(kinds) != 4 || kinds["sms"] != "|"+text || kinds["telegram"] != "|"+text || kinds["email"] != "Tahadhari kutoka Mtaa|"+text {
			t.Errorf("%v", kinds)
		}
		var hook struct {
			Rule, State, Text string
			Alerts            []struct{ Subject string }
		}
		if err := json.Unmarshal([]byte(kinds["webhook"][1:]), &hook); err != nil || hook.Rule != RuleRouter || hook.State != "raised" || hook.Alerts[0].Subject != "Kasarani 0" {
			t.Errorf("%s: %v", kinds["webhook"], err)
		}
		w.keepsSecrets()
	})
}

// TestEveryRuleHasItsWordsAndTwoLimits: each sentence fits one SMS.
func TestEveryRuleHasItsWordsAndTwoLimits(t *testing.T) {
	w := newWorld(t, testdb.SQLite(t), nil)
	for _, r := range Rules {
		limit := int64(w.set.Int(r.Limit))
		worse, better := limit+1, limit-max(1, limit/5)
		if r.Below {
			worse, better = limit-1, limit+max(1, limit/5)
		}
		if limit == 0 || !r.bad(worse, limit) || r.bad(limit, limit) || r.good(limit, limit) || !r.good(better, limit) || r.bad(better, limit) {
			t.Errorf("%s: limit %d", r.Name, limit)
		}
		for _, step := range []int{toldRaised, toldAgain, toldOver} {
			text := w.s.alertText(r, step, []Alert{{Rule: r.Name, Subject: "A", Value: worse, RaisedAt: noon, ClearedAt: noon}})
			if strings.ContainsAny(text, "!<{") || Measure(text).Encoding != GSM7 || Measure(text).Parts > 1 {
				t.Errorf("%s: %q in %d parts", r.Name, text, Measure(text).Parts)
			}
		}
	}
}

func TestTheBalanceAlarm(t *testing.T) {
	each(t, func(w *world) {
		w.s.Watch(RuleBalance, w.s.BalanceSource)
		w.sms()
		w.setting(settings.AlertSMS, testPhone)
		w.live(time.Minute)
		if len(w.sim.Inbox("")) != 0 {
			t.Error("an unknown balance is not a low one")
		}
		w.sim.SetBalance(150_50)
		if err := w.s.ReadBalance(w.ctx); err != nil {
			t.Fatal(err)
		}
		w.live(time.Minute)
		w.phone("Mtandao 12:01: The SMS balance is down to 150 shillings. Top it up, or messages will stop.")
		w.setting(settings.AlertBalance, "0")
		w.live(3 * time.Minute)
		if open, err := w.s.OpenAlerts(w.ctx); err != nil || len(open) != 0 {
			t.Errorf("a rule that is off: %+v %v", open, err)
		}
	})
}

// TestABadAddressDoesNotSilenceTheOthers, whatever got into the settings.
func TestABadAddressDoesNotSilenceTheOthers(t *testing.T) {
	w := newWorld(t, testdb.SQLite(t), nil)
	n := watched(w)
	if _, err := w.d.SQL().Exec("INSERT INTO settings (name, value, updated_at) VALUES (?, 'http://example.com/plain', ?)", settings.AlertWebhook, noon); err != nil {
		t.Fatal(err)
	}
	if err := w.set.Refresh(w.ctx); err != nil {
		t.Fatal(err)
	}
	n.set(true, n.all[0])
	w.live(2 * time.Minute)
	w.phone("Mtaa 12:01: Router Kasarani 0 does not answer.")
}
