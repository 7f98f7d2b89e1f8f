package notify

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/mail"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/sim/messages"
	"mtandao/internal/testdb"
	"mtandao/internal/words"
	"mtandao/themes"
)

var testLook = Look{Name: "Baraka \"Wi-Fi\"\r\nBcc: all@example.com", ReplyTo: "help@baraka.co.ke", Colours: themes.Pour("#0b6e4f", "#ffffff", "#f4f7f5", "#1a1d21"), Logo: []byte("\x89PNG...")}

func bill(key string) Message {
	return Message{Key: key, Purpose: ForBill, Channel: Email, To: testMailbox, Language: words.English, Subject: "message.test.subject", Args: []any{"Provider", "Baraka"}, SiteID: 7, Paper: 42,
		Letter: &Letter{Lang: "en", Heading: "Invoice INV-000123", Text: "Good day <b>Asha</b>,\n\nhere is your invoice.", Facts: []Fact{{Name: "Amount", Value: "KES 2,500", Strong: true}, {Name: "Pay by", Value: "10 Dec 2026"}},
			Button: "Open the invoice", Link: "https://wifi.baraka.co.ke/d/abc", Foot: "Baraka Networks Ltd"}}
}

func (w *world) withPapers() {
	w.s.Look = func(siteID int64) Look {
		if siteID != 7 {
			w.Errorf("the look of site %d", siteID)
		}
		return testLook
	}
	w.s.AskPapers(func(_ context.Context, id int64) (File, error) {
		if id != 42 {
			return File{}, errors.New("no such paper")
		}
		return File{Name: "INV-000123.pdf", Type: "application/pdf", Bytes: []byte("%PDF-1.4 a paper")}, nil
	})
}

// TestALetterIsFromItsBrand: a brand's own name and address are whom it is from, answers go there when the brand has no other mailbox, and what cannot be
// delivered comes back to whom the mail server vouches for.
func TestALetterIsFromItsBrand(t *testing.T) {
	for answers, want := range map[string]string{"": "", "help@baraka.co.ke": "help@baraka.co.ke"} {
		w := newWorld(t, testdb.SQLite(t), nil)
		w.email()
		w.withPapers()
		w.s.Look = func(int64) Look {
			return Look{Name: "Baraka Wi-Fi", FromName: "Baraka, \r\nBilling", From: "accounts@baraka.co.ke", ReplyTo: answers}
		}
		id := w.send(bill("bill 1"))
		w.idle()
		w.is(id, Sent, "", 1)
		got := w.sim.Inbox("")[0]
		from, err := mail.ParseAddress(got.Header["From"][0])
		if err != nil || from.Address != "accounts@baraka.co.ke" || from.Name != "Baraka, Billing" || got.From != "bills@mtaa.co.ke" {
			t.Errorf("from %v, by %s: %v", from, got.From, err)
		}
		if to := strings.Join(got.Header["Reply-To"], ""); !strings.Contains(to, want) || want == "" && to != "" {
			t.Errorf("answers to %q, not %q", to, want)
		}
	}
}

// TestAReportLeavesOnlyToWhoMayHaveIt: with its file and a way to stop it that mail programs offer; what must not leave any more is not tried again.
func TestAReportLeavesOnlyToWhoMayHaveIt(t *testing.T) {
	each(t, func(w *world) {
		w.email()
		w.withPapers()
		w.s.AskReports(func(_ context.Context, id int64) (File, error) {
			if id != 42 {
				return File{}, fault.New(fault.Denied, "denied")
			}
			return File{Name: "revenue.pdf", Type: "application/pdf", Bytes: []byte("%PDF-1.4 a report")}, nil
		})
		report := func(key string, paper int64) Message {
			m := bill(key)
			m.Purpose, m.Paper = ForReport, paper
			letter := *m.Letter
			letter.Stop = "https://wifi.baraka.co.ke/e/abc"
			m.Letter = &letter
			return m
		}
		may, mayNot, plain := w.send(report("report 1", 42)), w.send(report("report 2", 43)), w.send(bill("bill 1"))
		w.idle()
		w.is(may, Sent, "", 2)
		w.is(mayNot, Failed, reasonStopped, 2)
		w.is(plain, Sent, "", 2)
		all := w.sim.Inbox("")
		if len(all) != 2 {
			w.Fatal(len(all), "e-mails came")
		}
		for _, got := range all {
			stop, click := strings.Join(got.Header["List-Unsubscribe"], ""), strings.Join(got.Header["List-Unsubscribe-Post"], "")
			if got.Files[len(got.Files)-1].Name == "revenue.pdf" {
				if stop != "<https://wifi.baraka.co.ke/e/abc>" || click != "List-Unsubscribe=One-Click" {
					w.Errorf("it is stopped by %q and %q", stop, click)
				}
			} else if stop+click != "" {
				w.Errorf("a bill can be stopped by %q", stop)
			}
		}
	})
}

func TestALetterHasTheLookOfItsBrandAndItsPaper(t *testing.T) {
	each(t, func(w *world) {
		w.email()
		w.withPapers()
		id := w.send(bill("bill 1"))
		w.idle()
		w.is(id, Sent, "", 1)
		got := w.sim.Inbox("")[0]
		from, err := mail.ParseAddress(got.Header["From"][0])
		if err != nil || from.Address != "bills@mtaa.co.ke" || from.Name != `Baraka "Wi-Fi" Bcc: all@example.com` {
			t.Errorf("from %v %v", from, err)
		}
		if answers, err := mail.ParseAddress(got.Header["Reply-To"][0]); err != nil || answers.Address != "help@baraka.co.ke" {
			t.Errorf("answers to %v %v", answers, err)
		}
		for _, want := range []string{"Amount: KES 2,500", "Pay by: 10 Dec 2026", "https://wifi.baraka.co.ke/d/abc", "Good day <b>Asha</b>", "Baraka Networks Ltd"} {
			if !strings.Contains(got.Text, want) {
				t.Errorf("the text lacks %q:\n%s", want, got.Text)
			}
		}
		for _, want := range []string{"KES 2,500", `href="https://wifi.baraka.co.ke/d/abc"`, "Good day &lt;b&gt;Asha&lt;/b&gt;", "background:#0b6e4f", `src="cid:logo"`} {
			if !strings.Contains(got.HTML, want) {
				t.Errorf("the HTML lacks %q:\n%s", want, got.HTML)
			}
		}
		if len(got.Files) != 2 || got.Files[0].ID != "logo" && got.Files[1].ID != "logo" || !slices.ContainsFunc(got.Files, func(f messages.File) bool {
			return f.Name == "INV-000123.pdf" && f.Type == "application/pdf" && string(f.Bytes) == "%PDF-1.4 a paper"
		}) {
			t.Errorf("%+v", got.Files)
		}
		for _, none := range []string{"List-Unsubscribe", "Bcc", "Cc"} { // a bill is no marketing: it cannot be unsubscribed from
			if len(got.Header[none]) > 0 {
				t.Errorf("there is %s: %v", none, got.Header[none])
			}
		}
		lost := bill("bill 2")
		lost.Paper = 43
		lostID := w.send(lost)
		w.idle()
		w.is(lostID, Queued, "no_paper", 1)
		if about, err := w.s.About(w.ctx, "bill"); err != nil || len(about) != 2 || about[0].ID != lostID || about[1].SentAt.IsZero() || !about[0].SentAt.IsZero() {
			t.Errorf("%+v %v", about, err)
		}
		if about, err := w.s.About(w.ctx, "bil"); err != nil || len(about) != 0 {
			t.Errorf("%+v %v", about, err)
		}
	})
}

// TestMailComesAgainUntilItIsTaken: a greylisting server, one that is down for hours, and one that drops the line after it has taken the mail, which is
// sent again under the same Message-ID, three times at most.
func TestMailComesAgainUntilItIsTaken(t *testing.T) {
	each(t, func(w *world) {
		w.email()
		w.withPapers()
		w.sim.SetFaults(messages.Faults{GreyMail: true})
		grey := w.send(bill("grey"))
		w.idle()
		w.is(grey, Queued, "smtp_451", 0)
		w.later(time.Minute)
		w.is(grey, Sent, "", 1)

		w.sim.SetFaults(messages.Faults{TemporaryMail: true})
		down := w.send(bill("down"))
		w.idle()
		for range 6 {
			w.later(2 * time.Hour)
		}
		w.is(down, Queued, "smtp_451", 1)
		w.sim.SetFaults(messages.Faults{})
		w.later(12 * time.Hour)
		w.is(down, Sent, "", 2)

		w.sim.SetFaults(messages.Faults{DroppedMail: true})
		dropped := w.send(bill("dropped"))
		w.idle()
		w.is(dropped, Queued, "no_answer", 3)
		for range 5 {
			w.later(2 * time.Hour)
		}
		w.is(dropped, Unknown, "no_answer", 5)
		for _, i := range w.sim.Inbox("")[2:] {
			if i.ID != fmt.Sprintf("<%d@mtaa.co.ke>", dropped) {
				t.Errorf("another Message-ID: %s", i.ID)
			}
		}
	})
}

// TestMailOfADeadSenderGoesAgain: who died between the server's yes and the note of it leaves "sending" behind. SMTP knows no way to ask, so the mail
// goes again, as the same message.
func TestMailOfADeadSenderGoesAgain(t *testing.T) {
	each(t, func(w *world) {
		w.email()
		w.withPapers()
		id := w.send(bill("dies"))
		w.idle()
		w.tx(func(tx *db.Tx) error {
			if err := tx.Gorm().Exec("UPDATE messages SET state = ?, sent_at = NULL WHERE id = ?", Sending, id).Error; err != nil {
				return err
			}
			return w.s.emitRound(tx, id, 1, w.clock.Now()) // the job that was never finished
		})
		w.idle()
		w.is(id, Queued, "interrupted", 1)
		w.later(2 * time.Minute)
		w.is(id, Sent, "", 2)
		if all := w.sim.Inbox(""); all[0].ID != all[1].ID {
			t.Errorf("%s and %s", all[0].ID, all[1].ID)
		}
	})
}

// TestTheMailServerIsTried: it lets us in, refuses the password, is not there, and none is set up; and what waits for it says so.
func TestTheMailServerIsTried(t *testing.T) {
	w := newWorld(t, testdb.SQLite(t), nil)
	tried := func(want string) {
		t.Helper()
		if err := w.s.TryMail(w.ctx); (err == nil) != (want == "") || err != nil && fault.KeyOf(err) != want {
			t.Errorf("%v, want %q", err, want)
		}
	}
	tried("mail.none")
	w.email()
	w.withPapers()
	tried("")
	c, err := w.s.Carrier(w.ctx, Email)
	if err != nil {
		t.Fatal(err)
	}
	c.Secret = "not that one"
	w.carry(c)
	tried("mail.sign_in")
	id := w.send(bill("refused at the door"))
	w.idle()
	w.is(id, Queued, "smtp_535", 0)
	c.Port = 1
	w.carry(c)
	tried("mail.unreachable")
	w.keepsSecrets()
}

func TestABillByMailWakesNobodyAndByPhoneWaits(t *testing.T) {
	w := newWorld(t, testdb.SQLite(t), nil)
	w.email()
	w.withPapers()
	w.sms()
	w.clock.Advance(13 * time.Hour) // one in the morning
	mailed := w.send(bill("night"))
	phoned := w.send(with(ForBill, "night sms", "Your invoice"))
	w.idle()
	w.is(mailed, Sent, "", 1)
	w.is(phoned, Queued, "quiet_hours", 1)
	w.later(7 * time.Hour)
	w.is(phoned, Sent, "", 2)
	w.tx(func(tx *db.Tx) error {
		return w.s.Record(tx, Consent{Channel: Email, To: testMailbox, Class: Services, From: "agent", Actor: "Asha"})
	})
	stopped := w.send(bill("stopped"))
	w.idle()
	w.is(stopped, Failed, "stopped", 2)
}

// FuzzMail: whatever is typed as an address is refused or is one mailbox; whatever stands in names, subjects and texts, the mail has the headers that we
// write and no other, and one recipient.
func FuzzMail(f *testing.F) {
	f.Add("asha@example.co.ke", "Baraka Wi-Fi", "Invoice 12", "Good day")
	f.Add("asha@example.co.ke\r\nBcc: x@y.z", "Baraka\r\nBcc: x@y.z", "Invoice\r\nBcc: x@y.z", "a\r\n.\r\nMAIL FROM:<x@y.z>")
	f.Add("\"a b\"@example.co.ke", "\"<x@y.z>", "=?utf-8?q?=0D=0ABcc:_x@y.z?=", "<script>")
	f.Add("a@[127.0.0.1]", "Ng'ang'a \u2028 \x00", "\xff", "{{.}}")
	f.Add("a@b.c,d@e.f", "(comment)", " ", "\u202e")
	f.Add("ünï@exämple.com", ",;:", "x\x85y", "--boundary")
	f.Fuzz(func(t *testing.T, to, name, subject, text string) {
		one, ok := address(Email, to)
		if !ok {
			one = testMailbox
		} else if a, err := mail.ParseAddressList(one); err != nil || len(a) != 1 || a[0].Address != one || strings.ContainsAny(one, " \r\n<>,;\"") {
			t.Fatalf("%q is read as %q: %v %v", to, one, a, err)
		}
		l := letter{id: 7, to: one, content: content{Subject: subject, Letter: &Letter{Heading: subject, Text: text, Facts: []Fact{{Name: name, Value: text}}, Button: name, Link: "https://x.example/" + name}},
			look: Look{Name: name, ReplyTo: testMailbox}, file: File{Name: name + ".pdf", Type: "application/pdf", Bytes: []byte(text + "x")}}
		l.content.Text = l.content.Letter.text()
		m, err := (&post{carrier: Carrier{Sender: "bills@mtaa.co.ke"}}).letter(l)
		if err != nil {
			t.Fatalf("%q %q: %v", name, subject, err)
		}
		var raw bytes.Buffer
		if _, err := m.WriteTo(&raw); err != nil {
			t.Fatal(err)
		}
		read, err := mail.ReadMessage(bytes.NewReader(raw.Bytes()))
		if err != nil {
			t.Fatal(err)
		}
		for header, all := range read.Header {
			if !slices.Contains([]string{"From", "To", "Reply-To", "Subject", "Date", "Message-Id", "Mime-Version", "Content-Type", "Auto-Submitted", "User-Agent", "X-Mailer"}, header) || len(all) != 1 {
				t.Fatalf("header %s: %q of %q, %q", header, all, name, subject)
			}
		}
		for _, header := range []string{"From", "To", "Reply-To"} {
			if all, err := read.Header.AddressList(header); err != nil || len(all) != 1 || header == "To" && all[0].Address != one || header == "From" && all[0].Address != "bills@mtaa.co.ke" {
				t.Fatalf("%s: %v %v of %q", header, all, err, name)
			}
		}
	})
}

// TestLooks writes the HTML part of a letter where MTANDAO_SCREENS says, to be looked at; without it, it only makes it.
func TestLooks(t *testing.T) {
	html, err := bill("look").Letter.html(testLook)
	if err != nil || strings.Contains(html, "ZgotmplZ") || strings.Contains(html, "http") && !strings.Contains(html, "https://wifi.baraka.co.ke") {
		t.Fatal(html, err)
	}
	if folder := os.Getenv("MTANDAO_SCREENS"); folder != "" {
		if err := os.WriteFile(folder+"/letter.html", []byte(html), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
