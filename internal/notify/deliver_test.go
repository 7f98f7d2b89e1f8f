package notify

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/jobs"
	"mtandao/internal/settings"
	"mtandao/internal/sim/messages"
	"mtandao/internal/testdb"
)

// impatient gives up a call as soon as the other side has taken the message.
type impatient struct{ taken func() bool }

func (i impatient) RoundTrip(r *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	go func() {
		for ctx.Err() == nil && !i.taken() {
			time.Sleep(time.Millisecond)
		}
		cancel()
	}()
	return (&http.Transport{DisableKeepAlives: true}).RoundTrip(r.WithContext(ctx))
}

// TestALostAnswerIsUnknownAndNeverSentAgain until a person says so.
func TestALostAnswerIsUnknownAndNeverSentAgain(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		var w *world
		w = newWorld(t, d, impatient{taken: func() bool { return len(w.sim.Inbox("")) > 0 }})
		w.sms().sim.SetFaults(messages.Faults{Slow: true})
		id := w.send(with(ForReceipt, "1", "Receipt"))
		w.idle()
		w.is(id, Unknown, "no_answer", 1)
		for range 48 {
			w.later(time.Hour)
		}
		w.is(id, Unknown, "no_answer", 1)
		w.keepsSecrets()
	})
}

func TestEachAnswerHasItsOutcome(t *testing.T) {
	each(t, func(w *world) {
		w.sms()
		tests := []struct {
			name   string
			faults messages.Faults
			state  State
			reason string
		}{
			{"500 after accepting", messages.Faults{FailAfter: true}, Unknown, "http_500"},
			{"cut before reading", messages.Faults{Down: true}, Unknown, "no_answer"},
			{"busy", messages.Faults{Busy: true}, Queued, "http_429"},
			{"stopped at the network", messages.Faults{Blacklisted: map[string]bool{testPhone: true}}, Failed, "UserInBlacklist"},
		}
		for n, tt := range tests {
			w.sim.SetFaults(tt.faults)
			id := w.send(with(ForReminder, fmt.Sprint(n), "Ends today"))
			w.idle()
			if l := w.line(id); l.State != tt.state || l.Reason != tt.reason {
				t.Errorf("%s: %s (%s), want %s (%s)", tt.name, l.State, l.Reason, tt.state, tt.reason)
			}
		}
		w.sim.SetFaults(messages.Faults{})
		w.is(w.send(with(ForReminder, "after", "Ends today")), Failed, reasonStopped, 1) // the network's list is now ours
		w.keepsSecrets()
	})
}

func TestWhatCertainlyDidNotLeaveIsTriedAgain(t *testing.T) {
	each(t, func(w *world) {
		w.carry(Carrier{Channel: SMS, Driver: AfricasTalking, BaseURL: "http://127.0.0.1:1", Username: testUser, Secret: testKey})
		id := w.send(with(ForReceipt, "1", "Receipt"))
		w.idle()
		w.is(id, Queued, "no_connection", 0)
		w.later(14 * time.Second)
		if l := w.line(id); l.Attempts != 1 {
			t.Errorf("%d attempts before the pause is over", l.Attempts)
		}
		w.sms()
		w.later(time.Second)
		w.is(id, Sent, "", 1)
		w.carry(Carrier{Channel: SMS, Driver: AfricasTalking, BaseURL: "http://127.0.0.1:1", Username: testUser, Secret: testKey})
		lost := w.send(with(ForReceipt, "2", "Receipt"))
		w.idle()
		for range 5 {
			w.later(time.Hour)
		}
		w.is(lost, Failed, "no_connection", 1)
		w.keepsSecrets()
	})
}

func TestWithoutCreditMessagesWait(t *testing.T) {
	each(t, func(w *world) {
		w.sms().sim.SetBalance(0)
		id := w.send(with(ForReceipt, "1", "Receipt"))
		w.idle()
		w.is(id, Queued, reasonNoCredit, 0)
		if left, _, known, err := w.s.Balance(w.ctx); err != nil || !known || left.Whole() != 0 {
			t.Errorf("%v %v %v", left, known, err)
		}
		w.sim.SetBalance(150_00)
		w.later(15 * time.Minute)
		w.is(id, Sent, "", 1)
		if err := w.s.ReadBalance(w.ctx); err != nil {
			t.Fatal(err)
		}
		w.tx(func(tx *db.Tx) error {
			return w.s.Record(tx, Consent{Channel: SMS, To: testPhone, Class: Offers, Given: true, Wording: "v1", From: "agent", Actor: "Asha"})
		})
		offer := w.send(with(ForOffer, "2", "Half price"))
		w.idle()
		w.is(offer, Queued, reasonNoCredit, 1) // what is left is kept for what people need
	})
}

// TestACrashWhileSendingIsUnknown: whoever finds "sending" never calls.
func TestACrashWhileSendingIsUnknown(t *testing.T) {
	each(t, func(w *world) {
		w.carry(Carrier{Channel: SMS, Driver: AfricasTalking, BaseURL: w.url, Username: testUser, Secret: testKey, Off: true})
		id := w.send(code("1"))
		w.idle()
		m, err := w.s.message(w.ctx, id)
		if err != nil {
			t.Fatal(err)
		}
		if won, err := w.s.startSending(w.ctx, m); !won || err != nil {
			t.Fatal(won, err)
		}
		w.sms()
		w.later(creditPause)
		w.is(id, Unknown, reasonInterrupted, 0)
	})
}

// TestAStalledRunStillTellsTheTruth: it was taken for dead, and its message for unknown, when the answer came.
func TestAStalledRunStillTellsTheTruth(t *testing.T) {
	each(t, func(w *world) {
		w.sms()
		id := w.send(code("1"))
		w.idle()
		w.tx(func(tx *db.Tx) error {
			return tx.Gorm().Exec("UPDATE messages SET state = 'unknown', reason = 'interrupted', provider_id = '' WHERE id = ?", id).Error
		})
		m, err := w.s.message(w.ctx, id)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.s.called(w.ctx, m, Carrier{Driver: AfricasTalking}, outcome{verdict: accepted, providerID: "ATXid_9"}); err != nil {
			t.Fatal(err)
		}
		w.is(id, Sent, "", 1)
	})
}

func TestTwoNodesSendAMessageOnce(t *testing.T) {
	each(t, func(w *world) {
		w.sms()
		nodes := []*Service{w.s}
		for range 3 {
			_, s := w.node(nil)
			nodes = append(nodes, s)
		}
		w.clock.Advance(11 * time.Hour)
		id := w.send(with(ForReminder, "1", "Ends tomorrow")) // waits, so that no runner takes it
		w.clock.Advance(9 * time.Hour)
		m, err := w.s.message(w.ctx, id)
		if err != nil {
			t.Fatal(err)
		}
		var wait sync.WaitGroup
		for _, s := range nodes {
			wait.Go(func() {
				if err := s.deliverQueued(w.ctx, m); err != nil {
					t.Error(err)
				}
			})
		}
		wait.Wait()
		w.idle()
		if got := len(w.sim.Inbox("")); got != 1 {
			t.Errorf("the phone got %d", got)
		}
	})
}

func TestOnlyAPersonSendsAgain(t *testing.T) {
	each(t, func(w *world) {
		w.sms().sim.SetFaults(messages.Faults{FailAfter: true})
		id := w.send(with(ForReceipt, "1", "Receipt"))
		w.idle()
		w.sim.SetFaults(messages.Faults{})
		if err := w.s.Retry(w.ctx, id, "", ""); !fault.Is(err, fault.Denied) {
			t.Error(err)
		}
		w.clock.Advance(72 * time.Hour)
		if err := w.s.Retry(w.ctx, id, "Asha", "10.0.0.1"); err != nil {
			t.Fatal(err)
		}
		w.idle()
		w.is(id, Sent, "", 2)
		if err := w.s.Retry(w.ctx, id, "Asha", ""); fault.KeyOf(err) != "message.not_retried" {
			t.Error(err)
		}
		if err := w.s.Retry(w.ctx, 1, "Asha", ""); !fault.Is(err, fault.NotFound) {
			t.Error(err)
		}
		var actor string
		if err := w.d.SQL().QueryRow("SELECT actor FROM audit_events WHERE object = 'message'").Scan(&actor); err != nil || actor != "Asha" {
			t.Error(actor, err)
		}
	})
}

// TestAnOldRoundIsForgotten: a job that outlived its round does not touch the message.
func TestAnOldRoundIsForgotten(t *testing.T) {
	each(t, func(w *world) {
		id := w.send(code("1"))
		w.idle()
		w.sms()
		err := w.s.deliver(w.ctx, jobs.Job{Payload: fmt.Appendf(nil, `{"MessageID":%d,"Round":7}`, id)})
		if err != nil || w.sim.Calls() != 0 {
			t.Error(err, w.sim.Calls())
		}
		if err := w.s.deliver(w.ctx, jobs.Job{Payload: []byte(`{"MessageID":5,"Round":1}`)}); err != nil {
			t.Error("an erased message:", err)
		}
	})
}

func TestOldMessagesAreErased(t *testing.T) {
	each(t, func(w *world) {
		w.sms()
		old := w.send(with(ForReceipt, "1", "Receipt"))
		w.idle()
		for _, body := range w.sim.Reports() {
			if err := w.s.TakeReport(w.ctx, []byte(body)); err != nil {
				t.Fatal(err)
			}
		}
		w.send(code("2"))
		w.idle()
		w.setting(settings.MessageKeepDays, "30")
		w.clock.Advance(31 * 24 * time.Hour)
		fresh := w.send(with(ForReceipt, "3", "Receipt"))
		if err := w.s.Clean(w.ctx); err != nil {
			t.Fatal(err)
		}
		if _, _, _, err := w.s.Read(w.ctx, old); !fault.Is(err, fault.NotFound) {
			t.Error(err)
		}
		w.line(fresh)
		for _, table := range []string{"message_reports", "message_slots"} {
			var n int
			if err := w.d.SQL().QueryRow("SELECT COUNT(*) FROM " + table).Scan(&n); err != nil || n != 0 {
				t.Errorf("%s holds %d: %v", table, n, err)
			}
		}
	})
}

func TestNothingIsStoredInTheClear(t *testing.T) {
	w := newWorld(t, testdb.SQLite(t), nil).sms()
	w.send(code("1"))
	w.idle()
	var row messageRow
	var carrier carrierRow
	if err := errors.Join(w.d.Read(w.ctx).Take(&row).Error, w.d.Read(w.ctx).Take(&carrier).Error); err != nil {
		t.Fatal(err)
	}
	all := fmt.Sprintf("%+q %s %s %s", row.AddressHash, row.Address, row.Content, carrier.Configuration)
	for _, secret := range []string{testPhone, "Your code", testKey} {
		if strings.Contains(all, secret) {
			t.Errorf("%q lies in the table", secret)
		}
	}
	c, err := w.s.Carrier(w.ctx, SMS)
	if err != nil || c.Secret != testKey {
		t.Fatal(err)
	}
	for _, printed := range []string{fmt.Sprint(c), fmt.Sprintf("%+v", c), fmt.Sprintf("%#v", c)} {
		if strings.Contains(printed, testKey) {
			t.Errorf("a carrier prints its secret: %s", printed)
		}
	}
}

// paused is a restored copy, until it lives.
type paused struct{ still bool }

func (p *paused) Paused() bool { return p.still }

func TestNothingLeavesAPausedCopy(t *testing.T) {
	each(t, func(w *world) {
		copied := &paused{still: true}
		w.s.Pause = copied
		w.sms()
		id := w.send(with(ForReceipt, "1", "Receipt"))
		w.later(pausedLook)
		w.is(id, Queued, "", 0)
		copied.still = false
		w.later(pausedLook)
		w.is(id, Sent, "", 1)
	})
}
