package app

import (
	"errors"
	"fmt"
	"net"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"mtandao/billing/customers"
	"mtandao/billing/invoices"
	"mtandao/billing/taxes"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/money"
	"mtandao/internal/notify"
	"mtandao/internal/sim/messages"
	"mtandao/internal/testdb"
)

// killedPost is a program that is killed while it sends invoices; the mail server and the SMS carrier live on.
type killedPost struct {
	*crashStory
	t     *testing.T
	sim   *messages.Server
	told  int
	ahead time.Duration // of the program's clock
}

func openKilledPost(t *testing.T, dialect string) *killedPost {
	t.Helper()
	p := &killedPost{crashStory: &crashStory{lane: openLane(t, lanes+1)}, t: t, sim: messages.New(messages.Options{Username: demoSMSUser, APIKey: demoSMSKey, Balance: 1_000_000})}
	folder := t.TempDir()
	p.config = Config{DB: "sqlite:" + filepath.Join(folder, "crash.db"), Data: folder, Dev: true}
	if dialect == db.MySQL {
		p.config.DB = testdb.URL(t, dialect)
	}
	if err := p.furnish(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.router.Close)
	mail, err := p.sim.NewMailServer()
	if err != nil {
		t.Fatal(err)
	}
	roots := filepath.Join(folder, "roots.pem") // the child trusts the mail server by its environment
	if err := os.WriteFile(roots, mail.PEM, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("SSL_CERT_FILE", roots)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go mail.Serve(l)
	web := httptest.NewServer(p.sim.Handler())
	t.Cleanup(web.Close)
	p.inside(func(m *Main, tx *db.Tx) error {
		return errors.Join(m.Notify.SaveCarrier(tx, notify.Carrier{Channel: notify.SMS, Driver: notify.AfricasTalking, BaseURL: web.URL, Username: demoSMSUser, Secret: demoSMSKey}),
			m.Notify.SaveCarrier(tx, notify.Carrier{Channel: notify.Email, Driver: notify.SMTP, Host: "127.0.0.1", Port: l.Addr().(*net.TCPAddr).Port, Sender: "bills@baraka.example"}),
			m.Settings.Set(tx, "message.quiet_until", "21:00")) // no quiet hours: equal ends
	})
	return p
}

// inside does something to the database while the program is dead.
func (p *killedPost) inside(do func(m *Main, tx *db.Tx) error) {
	p.t.Helper()
	m, err := Open(p.t.Context(), p.config, Options{Clock: clock.Scaled(clock.System(), clock.System().Now().Add(p.ahead), 1)})
	if err != nil {
		p.t.Fatal(err)
	}
	err = m.DB.InTx(p.t.Context(), func(tx *db.Tx) error { return do(m, tx) })
	if err := errors.Join(err, m.Close()); err != nil {
		p.t.Fatal(err)
	}
}

// issue bills a new customer; what is to come of it waits until the program has been told where to die.
func (p *killedPost) issue() (mailbox, phone string) {
	p.t.Helper()
	p.told++
	mailbox, phone = fmt.Sprintf("c%d@example.co.ke", p.told), fmt.Sprintf("254722%06d", p.told)
	m, err := Open(p.t.Context(), p.config, Options{Clock: clock.Scaled(clock.System(), clock.System().Now().Add(p.ahead), 1)})
	if err != nil {
		p.t.Fatal(err)
	}
	var c customers.Customer
	err = m.DB.InTx(p.t.Context(), func(tx *db.Tx) (err error) {
		c, err = m.Customers.Create(tx, customers.Customer{Name: "Asha"}, []customers.Contact{{Kind: customers.ByEmail, Value: mailbox, ForBills: true}, {Kind: customers.ByPhone, Value: phone, ForBills: true}}, customers.By{Actor: "test"})
		return err
	})
	var d invoices.Document
	if err == nil {
		d, err = m.Invoices.Write(p.t.Context(), invoices.NewDocument{Request: phone, Kind: invoices.Invoice, CustomerID: c.ID, Lines: []invoices.NewLine{{Name: "Internet", Supply: taxes.Internet, Quantity: 1, Amount: money.Shillings(100)}}}, invoices.By{Actor: "test"})
	}
	if err == nil {
		_, err = m.Invoices.IssueOne(p.t.Context(), d.ID)
	}
	if err == nil {
		_, err = m.DB.SQL().Exec("UPDATE jobs SET run_at = ? WHERE fact = ?", m.Clock.Now().Add(2*time.Second), invoices.FactIssued)
	}
	if err := errors.Join(err, m.Close()); err != nil {
		p.t.Fatal(err)
	}
	return mailbox, phone
}

// run has the program send, and die at a point; it is started again until the e-mail has come.
func (p *killedPost) run(point, mailbox, phone string) (killed int, passed []string) {
	p.t.Helper()
	for range 4 {
		c, err := startChild(childOrder{Config: p.config, Ahead: p.ahead, Point: point})
		if err == nil {
			err = c.arm()
		}
		if err != nil {
			p.t.Fatal(point, err)
		}
		came := func() bool { return len(p.sim.Inbox(mailbox)) > 0 && (len(p.sim.Inbox(phone)) > 0 || killed > 0) }
		for deadline := time.Now().Add(5 * time.Second); !came() && time.Now().Before(deadline); {
			time.Sleep(20 * time.Millisecond)
		}
		time.Sleep(300 * time.Millisecond) // what comes after the answer is written down, too
		n, some, err := c.stop()
		if err != nil {
			p.t.Fatal(point, err)
		}
		if point != "" {
			p.ahead += later // as the child's clock went on
		}
		killed, passed, point = killed+n, append(passed, some...), ""
		if came() {
			return killed, passed
		}
		p.ahead += 10 * time.Minute
	}
	return killed, passed
}

// TestKilledWhileAnInvoiceIsSent: killed before and after each durable write between the issue of an invoice and the note of its sending, the program sends
// it all the same (a third of the writes; MTANDAO_LONG dies at all): the e-mail at least once, under one Message-ID, the SMS at most once; one that may have left is not sent again, and says so.
func TestKilledWhileAnInvoiceIsSent(t *testing.T) {
	for _, dialect := range []string{db.SQLite, db.MySQL} {
		t.Run(dialect, func(t *testing.T) {
			p := openKilledPost(t, dialect)
			mailbox, phone := p.issue()
			_, passed := p.run("", mailbox, phone)
			points := slices.DeleteFunc(passed, func(name string) bool {
				return !strings.Contains(name, "papers") && !strings.Contains(name, "notify")
			})
			if len(points) < 8 || len(p.sim.Inbox(mailbox)) != 1 || len(p.sim.Inbox(phone)) != 1 {
				t.Fatalf("without a kill %d e-mails and %d SMS: %q", len(p.sim.Inbox(mailbox)), len(p.sim.Inbox(phone)), passed)
			}
			died, n := 0, 0
			if !long { // a third of them, another third on each database
				points = slices.DeleteFunc(points, func(string) bool { n++; return n%3 != len(dialect)%3 })
			}
			for _, point := range points {
				mailbox, phone := p.issue()
				killed, _ := p.run(point, mailbox, phone)
				died += killed
				p.judge(point, mailbox, phone)
			}
			t.Logf("killed at %d of %d durable writes", died, len(points))
			if died < len(points)*3/4 {
				t.Errorf("only %d of %d points were come to: %q", died, len(points), points)
			}
		})
	}
}

func (p *killedPost) judge(point, mailbox, phone string) {
	p.t.Helper()
	mails, texts := p.sim.Inbox(mailbox), p.sim.Inbox(phone)
	ids := map[string]bool{}
	for _, m := range mails {
		ids[m.ID] = true
	}
	var states []string
	p.inside(func(m *Main, tx *db.Tx) error {
		return tx.Gorm().Raw("SELECT state FROM messages WHERE channel = 'sms' ORDER BY id DESC LIMIT 1").Scan(&states).Error
	})
	if len(mails) < 1 || len(mails) > 2 || len(ids) != 1 || len(texts) > 1 || len(texts) == 0 && (len(states) == 0 || states[0] != string(notify.Unknown)) {
		p.t.Errorf("%s: %d e-mails under %d ids, %d SMS, of which the row says %q", point, len(mails), len(ids), len(texts), states)
	}
}
