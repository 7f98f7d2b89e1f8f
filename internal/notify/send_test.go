package notify

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/internal/settings"
	"mtandao/internal/testdb"
	"mtandao/internal/words"
)

func TestAMessageIsSentAfterItsCauseAndDelivered(t *testing.T) {
	each(t, func(w *world) {
		w.sms()
		id := w.send(with(ForReceipt, "payment 1", "Umelipa KES 500. Asante – Mtaa"))
		w.idle()
		w.is(id, Sent, "", 1)
		got := w.sim.Inbox(testPhone)[0]
		if got.From != "MTAANET" || got.Text != "Umelipa KES 500. Asante - Mtaa" {
			t.Errorf("%+v", got)
		}
		if l := w.line(id); l.Parts != 1 || l.Cost.String() != "KES 0.80" || l.Attempts != 1 || l.To != "0712 ••• 678" {
			t.Errorf("%+v", l)
		}
		for _, body := range w.sim.Reports() {
			if err := w.s.TakeReport(w.ctx, []byte(body)); err != nil {
				t.Fatal(err)
			}
		}
		w.is(id, Delivered, "", 1)
		w.keepsSecrets()
	})
}

func TestNothingIsSentWhenTheCauseRollsBack(t *testing.T) {
	each(t, func(w *world) {
		w.sms()
		err := w.d.InTx(w.ctx, func(tx *db.Tx) error {
			if _, err := w.s.Send(tx, code("1")); err != nil {
				return err
			}
			return fault.New(fault.Conflict, "conflict")
		})
		if w.idle(); !fault.Is(err, fault.Conflict) || w.sim.Calls() != 0 {
			t.Errorf("%v, %d calls", err, w.sim.Calls())
		}
	})
}

func TestOneKeyIsOneMessage(t *testing.T) {
	each(t, func(w *world) {
		w.sms()
		ids := make([]int64, 8)
		var wait sync.WaitGroup
		for n := range ids {
			wait.Go(func() {
				err := w.d.InTx(w.ctx, func(tx *db.Tx) (err error) {
					ids[n], err = w.s.Send(tx, with(ForReceipt, "bill 7", "Your bill"))
					return err
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		wait.Wait()
		w.idle()
		for _, id := range ids {
			if id != ids[0] {
				t.Errorf("ids differ: %v", ids)
			}
		}
		w.is(ids[0], Sent, "", 1)
		if err := w.sendErr(with(ForReceipt, "bill 7", "Another bill")); fault.KeyOf(err) != "message.key_taken" {
			t.Error(err)
		}
		if err := w.keys.Rotate(); err != nil {
			t.Fatal(err)
		}
		if again := w.send(with(ForReceipt, "bill 7", "Your bill")); again != ids[0] {
			t.Errorf("after a rotation of the key %d, want %d", again, ids[0])
		}
	})
}

func TestOnlyFiveCodesAnHour(t *testing.T) {
	each(t, func(w *world) {
		w.sms()
		var mu sync.Mutex
		var wait sync.WaitGroup
		sent, refused := 0, 0
		for n := range 12 {
			wait.Go(func() {
				err := w.sendErr(code(fmt.Sprint(n)))
				mu.Lock()
				defer mu.Unlock()
				switch {
				case err == nil:
					sent++
				case fault.Is(err, fault.TooMany):
					refused++
				default:
					t.Error(err)
				}
			})
		}
		wait.Wait()
		w.idle()
		if got := len(w.sim.Inbox(testPhone)); sent != 5 || refused != 7 || got != 5 {
			t.Errorf("%d sent, %d refused, %d on the phone", sent, refused, got)
		}
		w.send(with(ForReceipt, "other", "not a code"))
		w.clock.Advance(time.Hour + time.Second)
		w.send(code("later"))
	})
}

func TestSmallSalesGetNoSMS(t *testing.T) {
	each(t, func(w *world) {
		receipt := with(ForReceipt, "sale 1", "Receipt")
		receipt.Amount = money.Shillings(10)
		if id := w.send(receipt); id != 0 {
			t.Error("a receipt of ten shillings was written")
		}
		w.setting(settings.MessageReceiptLeast, "10")
		if id := w.send(receipt); id == 0 {
			t.Error("from the setting's amount on it is sent")
		}
	})
}

func TestWhatCannotBeSentIsRefused(t *testing.T) {
	w := newWorld(t, testdb.SQLite(t), nil)
	tests := map[string]func(*Message){
		"message.key":     func(m *Message) { m.Key = "a\nb" },
		"message.purpose": func(m *Message) { m.Purpose = "gossip" },
		"message.channel": func(m *Message) { m.Channel = Telegram },
		"message.address": func(m *Message) { m.To = "254712345678, 254712345679" },
		"message.text":    func(m *Message) { m.plain = " \n" },
		"message.long":    func(m *Message) { m.plain = strings.Repeat("a", 10*153+1) },
	}
	for key, spoil := range tests {
		m := code("1")
		spoil(&m)
		if err := w.sendErr(m); fault.KeyOf(err) != key || !fault.Is(err, fault.Invalid) {
			t.Errorf("%v, want %s", err, key)
		}
	}
}

func TestEmailNeedsASubjectAndCarriesNoOffers(t *testing.T) {
	w := newWorld(t, testdb.SQLite(t), nil)
	m := Message{Key: "1", Purpose: ForReminder, Channel: Email, To: testMailbox, plain: "Hello"}
	if err := w.sendErr(m); fault.KeyOf(err) != "message.text" {
		t.Error(err)
	}
	m.Purpose = ForOffer
	if err := w.sendErr(m); fault.KeyOf(err) != "message.channel" {
		t.Error(err)
	}
}

func TestConsent(t *testing.T) {
	each(t, func(w *world) {
		w.sms()
		say := func(class Class, given bool) {
			w.tx(func(tx *db.Tx) error {
				return w.s.Record(tx, Consent{Channel: SMS, To: testPhone, Class: class, Given: given, Wording: "offers v1", From: "portal"})
			})
		}
		w.is(w.send(with(ForOffer, "1", "Half price")), Failed, reasonStopped, 0) // paying is not consent
		say(Offers, true)
		offer := w.send(with(ForOffer, "2", "Half price"))
		w.idle()
		w.is(offer, Sent, "", 1)
		if got := w.sim.Inbox("")[0]; got.From != "MTAAPROMO" || got.Text != "Half price No more offers: STOP *456*9*5#" {
			t.Errorf("%+v", got)
		}
		say(Offers, false)
		w.is(w.send(with(ForOffer, "3", "Half price")), Failed, reasonStopped, 1)
		reminder := w.send(with(ForReminder, "4", "Ends today"))
		w.idle()
		w.is(reminder, Sent, "", 2)
		say(Services, false)
		w.is(w.send(with(ForReminder, "5", "Ends today")), Failed, reasonStopped, 2)
		asked := w.send(code("6")) // they asked for it
		w.idle()
		w.is(asked, Sent, "", 3)
	})
}

func TestConsentNeedsItsWords(t *testing.T) {
	w := newWorld(t, testdb.SQLite(t), nil)
	for _, c := range []Consent{
		{Channel: SMS, To: testPhone, Class: Offers, Given: true, From: "portal"},
		{Channel: SMS, To: testPhone, Class: "everything", From: "portal"},
		{Channel: SMS, To: testPhone, Class: Offers},
	} {
		if err := w.d.InTx(w.ctx, func(tx *db.Tx) error { return w.s.Record(tx, c) }); fault.KeyOf(err) != "message.consent" {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

func TestWhatIsNotUrgentWaitsForTheMorning(t *testing.T) {
	each(t, func(w *world) {
		w.sms()
		w.clock.Advance(11 * time.Hour) // 23:00
		reminder, asked := w.send(with(ForReminder, "1", "Ends tomorrow")), w.send(code("2"))
		w.idle()
		w.is(asked, Sent, "", 1)
		w.is(reminder, Queued, reasonQuiet, 1)
		w.later(7*time.Hour + 59*time.Minute)
		w.is(reminder, Queued, reasonQuiet, 1)
		w.later(time.Minute)
		w.is(reminder, Sent, "", 2)
	})
}

func TestAStopInTheNightHolds(t *testing.T) {
	each(t, func(w *world) {
		w.sms()
		w.clock.Advance(11 * time.Hour)
		reminder, paid := w.send(with(ForReminder, "1", "Ends tomorrow")), Message{}
		paid = with(ForReminder, "2", "Please pay")
		paid.To = "254722000111"
		due := w.send(paid)
		w.tx(func(tx *db.Tx) error {
			won, err := w.s.Withdraw(tx, "2")
			if !won {
				return errors.Join(err, errors.New("not withdrawn"))
			}
			return w.s.Record(tx, Consent{Channel: SMS, To: testPhone, Class: Services, From: "reply"})
		})
		w.later(9 * time.Hour)
		w.is(reminder, Failed, reasonStopped, 0)
		w.is(due, Failed, reasonWithdrawn, 0)
	})
}

func TestAMessageTooLateIsNotSent(t *testing.T) {
	each(t, func(w *world) {
		id := w.send(code("1")) // no carrier: it fails at once
		w.idle()
		w.is(id, Failed, reasonNoCarrier, 0)
		w.carry(Carrier{Channel: SMS, Driver: AfricasTalking, BaseURL: w.url, Username: testUser, Secret: testKey, Off: true})
		late := w.send(code("2"))
		w.idle()
		w.is(late, Queued, reasonNoCarrier, 0)
		w.sms()
		w.later(15 * time.Minute)
		w.is(late, Failed, reasonExpired, 0)
	})
}

func TestWordsInBothLanguages(t *testing.T) {
	w := newWorld(t, testdb.SQLite(t), nil).sms()
	m := with(ForReceipt, "1", "")
	m.Language, m.Words, m.Args = words.Swahili, "message.test", []any{"Provider", "Mtaa", "Time", "12:00"}
	w.send(m)
	w.idle()
	if got := w.sim.Inbox(""); len(got) != 1 || got[0].Text != "Mtaa: huu ni ujumbe wa majaribio, umetumwa saa 12:00." {
		t.Errorf("%+v", got)
	}
}
