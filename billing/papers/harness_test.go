package papers

import (
	"bytes"
	"context"
	"log/slog"
	"net"
	"net/http/httptest"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"mtandao/billing"
	"mtandao/billing/accounts"
	"mtandao/billing/customers"
	"mtandao/billing/invoices"
	"mtandao/billing/ledger"
	"mtandao/billing/taxes"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/jobs"
	"mtandao/internal/money"
	"mtandao/internal/notify"
	"mtandao/internal/seal"
	"mtandao/internal/settings"
	"mtandao/internal/sim/messages"
	"mtandao/internal/site"
	"mtandao/internal/testdb"
	"mtandao/internal/words"
	"mtandao/themes"
)

// noon is a Thursday at noon in Nairobi.
var noon = time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC)

// tills is one paybill, and what came to it.
type tills struct {
	receipts map[int64]billing.Receipt
	orders   map[int64]billing.Order
	reversed map[int64]money.Amount // of receipts, which have the ids of their orders
}

func (tills) TillFor(context.Context, int64) (billing.Till, error) {
	return billing.Till{Type: billing.TillPaybill, ShortCode: "247365"}, nil
}

func (t tills) ReceiptByID(_ context.Context, id int64) (billing.Receipt, error) {
	r, ok := t.receipts[id]
	if !ok {
		return r, fault.New(fault.NotFound, "receipt.unknown")
	}
	return r, nil
}

func (t tills) Sold(_ context.Context, id int64) (billing.Order, billing.Receipt, error) {
	return t.orders[id], billing.Receipt{ID: id, Number: "SAB1C2D3E4", Reversed: t.reversed[id]}, nil
}

// ReversalsOf implements Tills: what was reversed went back on 5 March 2027.
func (t tills) ReversalsOf(_ context.Context, id int64) ([]billing.Reversal, error) {
	if t.reversed[id].IsZero() {
		return nil, nil
	}
	return []billing.Reversal{{State: billing.ReversalFound}, {State: billing.ReversalTaken, Amount: t.reversed[id], SettledAt: time.Date(2027, 3, 5, 9, 0, 0, 0, time.UTC)}}, nil
}

// world is the service on a database, with the real documents, money and messages, and a simulated mail server and SMS carrier.
type world struct {
	testing.TB
	*Service
	ctx    context.Context
	clock  *clock.Manual
	sim    *messages.Server
	notify *notify.Service
	tills  tills
	site   site.Site
	brand  site.Brand
	sites  *site.Service
	taxes  *taxes.Service
}

func each(t *testing.T, run func(w *world)) {
	t.Helper()
	testdb.Each(t, func(t *testing.T, d *db.DB) { run(newWorld(t, d)) })
}

func newWorld(t testing.TB, d *db.DB) *world {
	t.Helper()
	keys, err := seal.New()
	if err != nil {
		t.Fatal(err)
	}
	w := &world{TB: t, ctx: context.Background(), clock: clock.NewManual(noon), tills: tills{map[int64]billing.Receipt{}, map[int64]billing.Order{}, map[int64]money.Amount{}}}
	log := slog.New(slog.DiscardHandler)
	q, set, l := jobs.New(d, w.clock, log), settings.New(d, w.clock), ledger.New(d, w.clock)
	w.sites, w.taxes = site.New(d, w.clock), taxes.New(d, w.clock)
	w.sim = messages.New(messages.Options{Clock: w.clock, Username: "mtaa", APIKey: "key", Balance: 1_000_000_00, MailUser: "bills", MailPassword: "secret"})
	mail, err := w.sim.NewMailServer()
	if err != nil {
		t.Fatal(err)
	}
	w.notify = notify.New(notify.Options{DB: d, Jobs: q, Keys: keys, Clock: w.clock, Log: log, Settings: set, RootCAs: mail.Roots, Look: func(siteID int64) notify.Look {
		_, b, _ := w.sites.Get(siteID)
		return notify.Look{Name: b.Name, ReplyTo: b.Email, Colours: themes.Pour(b.Accent, b.AccentInk, b.Paper, b.Ink)}
	}})
	c := customers.New(customers.Options{DB: d, Keys: keys, Clock: w.clock})
	a := accounts.New(accounts.Options{DB: d, Jobs: q, Clock: w.clock, Ledger: l, Customers: c})
	i := invoices.New(invoices.Options{DB: d, Jobs: q, Clock: w.clock, Ledger: l, Settings: set, Taxes: w.taxes, Customers: c, Purse: billing.Purse{Accounts: a}})
	billing.JoinInvoices(i, a, q)
	w.Service = New(Options{DB: d, Jobs: q, Keys: keys, Clock: w.clock, Plan: w.clock, Log: log, Settings: set, Sites: w.sites, Customers: c, Invoices: i, Accounts: a, Tills: w.tills,
		Messages: w.notify, PublicURL: "https://wifi.baraka.co.ke"})
	w.notify.AskPapers(w.Attached)
	w.carry(mail)
	w.dressUp()
	ctx, cancel := context.WithCancel(w.ctx)
	done := make(chan struct{})
	go func() { defer close(done); _ = q.Run(ctx) }()
	t.Cleanup(func() { cancel(); <-done })
	return w
}

func (w *world) carry(mail *messages.MailServer) {
	w.Helper()
	server := httptest.NewServer(w.sim.Handler())
	w.Cleanup(server.Close)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		w.Fatal(err)
	}
	w.Cleanup(func() { _ = l.Close() })
	go mail.Serve(l)
	w.tx(func(tx *db.Tx) error {
		if err := w.notify.SaveCarrier(tx, notify.Carrier{Channel: notify.SMS, Driver: notify.AfricasTalking, BaseURL: server.URL, Username: "mtaa", Secret: "key", Sender: "MTAA"}); err != nil {
			return err
		}
		return w.notify.SaveCarrier(tx, notify.Carrier{Channel: notify.Email, Driver: notify.SMTP, Host: "127.0.0.1", Port: l.Addr().(*net.TCPAddr).Port, Sender: "bills@baraka.co.ke", Username: "bills", Secret: "secret"})
	})
}

func (w *world) dressUp() {
	w.Helper()
	w.tx(func(tx *db.Tx) (err error) {
		if w.brand, err = w.sites.SaveBrand(tx, site.Brand{Key: "baraka", Name: "Baraka Wi-Fi", Accent: "#0b6e4f", Email: "help@baraka.co.ke", Sender: "BARAKA"}); err != nil {
			return err
		}
		w.site, err = w.sites.SaveSite(tx, site.Site{Slug: "kasarani", Name: "Kasarani", Language: "en", Phone: "0712 345 678", BrandID: w.brand.ID})
		return err
	})
	w.setting(settings.PaperSeller, "Baraka Networks Ltd")
	w.setting(settings.PaperPIN, "P051234567X")
}

func (w *world) tx(fn func(tx *db.Tx) error) {
	w.Helper()
	if err := w.DB.InTx(w.ctx, fn); err != nil {
		w.Fatal(err)
	}
}

func (w *world) setting(name, value string) {
	w.Helper()
	w.tx(func(tx *db.Tx) error { return w.Settings.Set(tx, name, value) })
}

func (w *world) idle() {
	w.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, 60*time.Second)
	defer cancel()
	if err := w.Jobs.Idle(ctx); err != nil {
		w.Fatal(err)
	}
}

const (
	herPhone = "254722000111"
	herMail  = "wanjiru@example.co.ke"
)

// settle lets the papers of a run, which are spread, all leave.
func (w *world) settle() {
	w.Helper()
	w.clock.Advance(2 * time.Second)
	w.idle()
}

// customer is somebody with a phone and a mailbox for bills.
func (w *world) customer(l words.Lang, contacts ...customers.Contact) (c customers.Customer) {
	w.Helper()
	if len(contacts) == 0 {
		contacts = []customers.Contact{{Kind: customers.ByPhone, Value: herPhone, ForBills: true}, {Kind: customers.ByEmail, Value: herMail, ForBills: true}}
	}
	w.tx(func(tx *db.Tx) (err error) {
		c, err = w.Customers.Create(tx, customers.Customer{Name: "Wanjirũ Mũgo", SiteID: w.site.ID, Lang: l}, contacts, customers.By{Actor: "clerk"})
		return err
	})
	return c
}

func (w *world) tax(kind taxes.Kind, share int64) {
	w.Helper()
	if _, err := w.taxes.Save(w.ctx, taxes.Rate{Kind: kind, Share: share, From: clock.Date(2020, 1, 1), On: []taxes.Supply{taxes.Internet}, Note: "the law"}, taxes.By{Actor: "clerk"}); err != nil {
		w.Fatal(err)
	}
}

// write writes an invoice or a pro forma and issues it.
func (w *world) write(request string, kind invoices.Kind, customerID, shillings int64) invoices.Document {
	w.Helper()
	d, err := w.Invoices.Write(w.ctx, invoices.NewDocument{Request: request, Kind: kind, CustomerID: customerID, PONumber: "PO-77",
		Lines: []invoices.NewLine{{Name: "Home 20 Mbps", Supply: taxes.Internet, Quantity: 1, Amount: money.Shillings(shillings)}}}, invoices.By{Actor: "clerk"})
	if err == nil {
		d, err = w.Invoices.IssueOne(w.ctx, d.ID)
	}
	if err != nil {
		w.Fatal(err)
	}
	return d
}

func (w *world) issue(request string, customerID, shillings int64) invoices.Document {
	w.Helper()
	return w.write(request, invoices.Invoice, customerID, shillings)
}

// got are the e-mails and SMS that somebody got.
func (w *world) got(address string) []messages.Item { return w.sim.Inbox(address) }

// attached is the PDF of an e-mail.
func (w *world) attached(i messages.Item) []byte {
	w.Helper()
	for _, f := range i.Files {
		if f.Type == "application/pdf" {
			return f.Bytes
		}
	}
	w.Fatalf("no PDF in %q", i.Subject)
	return nil
}

var gaps = regexp.MustCompile(`\s+`)

// reads wants a PDF to say some lines; gaps in them do not matter.
func (w *world) reads(file []byte, lines ...string) {
	w.Helper()
	cmd := exec.Command("pdftotext", "-layout", "-", "-")
	cmd.Stdin = bytes.NewReader(file)
	said, err := cmd.Output()
	if err != nil {
		w.Fatal(err)
	}
	text := gaps.ReplaceAllString(string(said), " ")
	for _, line := range lines {
		if !strings.Contains(text, line) {
			w.Errorf("the PDF lacks %q:\n%s", line, said)
		}
	}
}

func (w *world) file(p Paper) []byte {
	w.Helper()
	file, err := w.File(w.ctx, p)
	if err != nil {
		w.Fatal(err)
	}
	return file
}
