package postroom

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"mtandao/billing/customers"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fieldwork"
	"mtandao/internal/jobs"
	"mtandao/internal/mailbox"
	"mtandao/internal/notify"
	"mtandao/internal/seal"
	"mtandao/internal/settings"
	"mtandao/internal/sim/messages"
	"mtandao/internal/support"
	"mtandao/internal/testdb"
	"mtandao/internal/words"
)

var (
	noon  = time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC)
	ctx   = context.Background()
	owner = By{Actor: "owner@example.com", From: "41.90.1.2"}
)

// room is a service with a simulated mailbox, whose messages are kept here.
type room struct {
	*testing.T
	*Service
	clock *clock.Manual
	post  *messages.Post
	mu    sync.Mutex
	sent  []notify.Message
	n     int
}

func each(t *testing.T, run func(r *room)) {
	t.Helper()
	testdb.Each(t, func(t *testing.T, d *db.DB) { run(newRoom(t, d)) })
}

func newRoom(t *testing.T, d *db.DB) *room {
	t.Helper()
	keys, err := seal.New()
	if err != nil {
		t.Fatal(err)
	}
	r := &room{T: t, clock: clock.NewManual(noon)}
	server, err := messages.New(messages.Options{Clock: r.clock}).NewMailServer()
	if err != nil {
		t.Fatal(err)
	}
	r.post = server.NewPost("help", "secret")
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go r.post.Serve(l, true)
	set, log := settings.New(d, r.clock), slog.New(slog.DiscardHandler)
	people := customers.New(customers.Options{DB: d, Keys: keys, Clock: r.clock})
	field := fieldwork.NewService(fieldwork.Options{DB: d, Keys: keys, Clock: r.clock, Settings: set, Customers: people})
	tickets := support.New(support.Options{DB: d, Keys: keys, Clock: r.clock, Jobs: jobs.New(d, r.clock, log), Settings: set, Customers: people, Messages: r, Files: field, Mailbox: func(tx *db.Tx) (string, error) { return r.Address(tx) }})
	r.Service = New(Options{DB: d, Keys: keys, Clock: r.clock, Log: log, Settings: set, Customers: people, Tickets: tickets, Field: field, Roots: server.Roots})
	a := Account{Address: "Help@provider.example", Account: mailbox.Account{Host: "localhost", Port: l.Addr().(*net.TCPAddr).Port, Safety: mailbox.TLS, User: "help", Password: "secret"}}
	r.post.Put(mail("before@x", "old@x.example", "Before", "Written before anybody read here."))
	r.clock.Advance(time.Minute)
	r.must(r.Save(ctx, a, owner))
	r.clock.Advance(time.Minute)
	return r
}

// Send implements support.Messages: one key is one message.
func (r *room) Send(tx *db.Tx, m notify.Message) (int64, error) {
	tx.AfterCommit(func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		for _, known := range r.sent {
			if known.Key == m.Key {
				return
			}
		}
		r.sent = append(r.sent, m)
	})
	return tx.ID(), nil
}

func (r *room) must(err error) {
	r.Helper()
	if err != nil {
		r.Fatal(err)
	}
}

// read looks into the mailbox as often as the clock would have it done, and expects no fault.
func (r *room) read() {
	r.Helper()
	r.clock.Advance(time.Minute)
	r.must(r.Read(ctx))
	if _, is, err := r.Get(ctx); err != nil || is.Reason != "" {
		r.Fatal(is.Reason, err)
	}
}

func mail(id, from, subject, text string, more ...string) string {
	head := fmt.Sprintf("Message-ID: <%s>\r\nFrom: %s\r\nSubject: %s\r\n", id, from, subject)
	for _, line := range more {
		head += line + "\r\n"
	}
	return head + "\r\n" + text + "\r\n"
}

// write lays an e-mail with a name of its own into the mailbox.
func (r *room) write(from, subject, text string, more ...string) (id string) {
	r.n++
	id = fmt.Sprintf("m%d@x.example", r.n)
	r.post.Put(mail(id, from, subject, text, more...))
	return id
}

// tickets are all there are, the oldest first.
func (r *room) tickets() (all []support.Ticket) {
	r.Helper()
	rows, err := r.DB.SQL().QueryContext(ctx, "SELECT id FROM tickets ORDER BY id")
	r.must(err)
	defer rows.Close()
	var ids []int64
	for rows.Next() {
		var id int64
		r.must(rows.Scan(&id))
		ids = append(ids, id)
	}
	r.must(rows.Err())
	for _, id := range ids {
		t, err := r.Tickets.Get(ctx, id)
		r.must(err)
		all = append(all, t)
	}
	return all
}

// said are the kinds and texts of a ticket's events, the oldest first.
func (r *room) said(t support.Ticket) (all []string) {
	r.Helper()
	events, err := r.Tickets.History(ctx, t.ID, 0, 100)
	r.must(err)
	for _, e := range events {
		all = append([]string{strings.TrimSpace(string(e.Kind) + " " + e.Text)}, all...)
	}
	return all
}

// with is the e-mail behind the newest event of a ticket that has one.
func (r *room) with(t support.Ticket) support.Mail {
	r.Helper()
	events, err := r.Tickets.History(ctx, t.ID, 0, 100)
	r.must(err)
	for _, e := range events {
		if e.Mail != nil {
			return *e.Mail
		}
	}
	r.Fatalf("no e-mail in %s", t.Reference)
	return support.Mail{}
}

func (r *room) customer(name, phone string, emails ...string) customers.Customer {
	r.Helper()
	contacts := []customers.Contact{{Kind: customers.ByPhone, Value: phone}}
	for _, e := range emails {
		contacts = append(contacts, customers.Contact{Kind: customers.ByEmail, Value: e})
	}
	c := customers.Customer{Name: name, SiteID: 3, Lang: words.Swahili}
	r.must(r.DB.InTx(ctx, func(tx *db.Tx) (err error) {
		c, err = r.Customers.Create(tx, c, contacts, customers.By(owner))
		return err
	}))
	return c
}

var errKilled = errors.New("killed")

// paper is a file as somebody sends it: a PDF that says something.
func paper(says string) mailbox.File {
	return mailbox.File{Name: "paper.pdf", Type: "application/pdf", Body: []byte("%PDF-1.4\n" + says + "\n%%EOF\n")}
}

// withFiles is an e-mail's body of several parts, and the header that says so.
func withFiles(text string, files ...mailbox.File) (header, body string) {
	body = "--b\r\n\r\n" + text + "\r\n"
	for _, f := range files {
		body += fmt.Sprintf("--b\r\nContent-Type: %s; name=%q\r\nContent-Disposition: attachment\r\nContent-Transfer-Encoding: base64\r\n\r\n%s\r\n", f.Type, f.Name, base64.StdEncoding.EncodeToString(f.Body))
	}
	return "Content-Type: multipart/mixed; boundary=b", body + "--b--"
}

func (r *room) writeWith(from, subject, text string, files ...mailbox.File) (id string) {
	header, body := withFiles(text, files...)
	return r.write(from, subject, body, header)
}

// count is what a query counts.
func (r *room) count(query string, args ...any) (n int) {
	r.Helper()
	r.must(r.DB.SQL().QueryRowContext(ctx, query, args...).Scan(&n))
	return n
}

func (r *room) files() int {
	r.Helper()
	return r.count("SELECT COUNT(*) FROM files f WHERE EXISTS (SELECT 1 FROM file_pieces p WHERE p.file_id = f.id)")
}
