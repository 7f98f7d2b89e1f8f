package billing_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"mtandao/billing"
	"mtandao/billing/ledger"
	"mtandao/billing/plans"
	"mtandao/billing/taxes"
	"mtandao/internal/approval"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/jobs"
	"mtandao/internal/money"
	"mtandao/internal/report"
	"mtandao/internal/seal"
	"mtandao/internal/settings"
	"mtandao/internal/site"
	"mtandao/internal/testdb"
	"mtandao/internal/words"
	"mtandao/radius/access"
	"mtandao/vouchers"
)

// shop is one provider with one site, one till and one plan, on a rail whose answers the test decides.
type shop struct {
	t      *testing.T
	db     *db.DB
	clock  *clock.Manual
	jobs   *jobs.Queue
	keys   *seal.Keys
	bill   *billing.Service
	grants *access.Service
	ledger *ledger.Ledger
	rail   *fakeRail
	sites  *site.Service
	site   int64
	plan   plans.Plan
	till   billing.Till
	told   told
	more   []report.Stock // what else is proved
	stop   func()         // the jobs
	crew   *crew

	approvals *approval.Service
}

func open(t *testing.T, d *db.DB) *shop {
	t.Helper()
	keys, err := seal.New()
	if err != nil {
		t.Fatal(err)
	}
	s := &shop{t: t, db: d, keys: keys, clock: clock.NewManual(time.Now()), rail: &fakeRail{}}
	quiet := slog.New(slog.DiscardHandler)
	s.jobs = jobs.New(d, s.clock, quiet)
	sites := site.New(d, s.clock)
	s.sites = sites
	s.grants = access.New(d, s.jobs, keys, s.clock, sites)
	s.ledger = ledger.New(d, s.clock)
	s.crew = newCrew()
	s.approvals = approval.New(approval.Options{DB: d, Keys: keys, Clock: s.clock, People: s.crew})
	sold := plans.New(d, s.clock)
	s.bill = billing.New(billing.Options{DB: d, Jobs: s.jobs, Keys: keys, Clock: s.clock, Log: quiet, Ledger: s.ledger, Plans: sold, Sites: sites,
		Grants: s.grants, Gateway: s.rail, Settings: settings.New(d, s.clock), Messages: &s.told, Approvals: s.approvals, Taxes: taxes.New(d, s.clock), PublicURL: "https://pay.example"})
	s.in(func(tx *db.Tx) error {
		brand, err := sites.SaveBrand(tx, site.Brand{Key: "baraka", Name: "Baraka Wi-Fi", Accent: "#0a7a3d", AccentInk: "#ffffff", Paper: "#ffffff", Ink: "#111111"})
		if err != nil {
			return err
		}
		here, err := sites.SaveSite(tx, site.Site{Slug: "kasarani", Name: "Kasarani", Language: "en", Timezone: "Africa/Nairobi", BrandID: brand.ID})
		if err != nil {
			return err
		}
		s.site = here.ID
		s.plan, err = sold.Save(tx, plans.Plan{Key: "hour", NameEN: "1 hour", Price: money.Shillings(10), Limits: access.Limits{Time: time.Hour, Devices: 1}})
		if err != nil {
			return err
		}
		s.till, err = s.bill.SaveTill(tx, billing.Till{Key: "main", Type: billing.TillPaybill, ShortCode: "174379", ConsumerKey: "ck", ConsumerSecret: "cs",
			Passkey: "pk", Initiator: "api", InitiatorPassword: "pw", Certificate: "PEM", BaseURL: "http://rail.invalid"})
		return err
	})
	s.run()
	return s
}

func (s *shop) run() {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); _ = s.jobs.Run(ctx) }()
	s.stop = func() { cancel(); <-done }
	s.t.Cleanup(s.stop)
}

func (s *shop) in(fn func(tx *db.Tx) error) {
	s.t.Helper()
	if err := s.db.InTx(context.Background(), fn); err != nil {
		s.t.Fatal(err)
	}
}

func (s *shop) idle() {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if err := s.jobs.Idle(ctx); err != nil {
		s.t.Fatal(err)
	}
}

// order places an order and waits for its prompt to be sent.
func (s *shop) order(mac string) billing.Order {
	s.t.Helper()
	o, err := s.bill.PlaceOrder(context.Background(), billing.OrderRequest{SiteID: s.site, PlanID: s.plan.ID, Phone: "0712345678",
		Place: access.Place{MAC: access.MAC(mac), IP: "10.5.50.7"}, Lang: words.English})
	if err != nil {
		s.t.Fatal(err)
	}
	s.idle()
	return o
}

// saysPaid lets the rail answer every status query from now on with "paid", and waits for the first.
func (s *shop) saysPaid() {
	s.t.Helper()
	s.rail.verdict = paid
	s.clock.Advance(20 * time.Second)
	s.idle()
}

func (s *shop) view(o billing.Order) billing.OrderView {
	s.t.Helper()
	v, err := s.bill.ByToken(context.Background(), o.Token)
	if err != nil {
		s.t.Fatal(err)
	}
	return v
}

// hear brings messages in as the spool does.
func (s *shop) hear(messages ...billing.Incoming) {
	s.t.Helper()
	for i := range messages {
		messages[i].At = s.clock.Now()
	}
	if err := s.bill.TakeIn(context.Background(), messages); err != nil {
		s.t.Fatal(err)
	}
}

// holds fails unless the books hold these shillings, and prove.
func (s *shop) holds(till, prepaid, credit, suspense int64) {
	s.t.Helper()
	ctx := context.Background()
	for account, want := range map[string]int64{ledger.TillClearing: till, ledger.PrepaidService: -prepaid, ledger.GuestCredit: -credit, ledger.Suspense: -suspense} {
		if got, err := s.ledger.Balance(ctx, account, ""); err != nil || got.Cents != want*100 {
			s.t.Errorf("account %s holds %v, want %d: %v", account, got, want, err)
		}
	}
	s.prove()
}

func (s *shop) prove() {
	s.t.Helper()
	ctx := context.Background()
	problems, err := s.proofs().Prove(ctx)
	if err != nil || len(problems) > 0 {
		s.t.Errorf("proof: %v %v", problems, err)
	}
	if r, err := s.ledger.Verify(ctx); err != nil || !r.OK() {
		s.t.Errorf("books: %v %v", r.Problems, err)
	}
}

// fakeRail answers as the test wishes and reads bodies that are this package's types as JSON.
type fakeRail struct {
	mu       sync.Mutex
	pushes   []billing.Push
	pushErr  error
	verdict  billing.Verdict
	asked    []string // receipts asked about
	askedURL []string

	orders      []billing.SendBackOrder // to send money back
	sendBackErr error
	askedBack   []billing.SendBackOrder
}

func (f *fakeRail) Push(_ context.Context, _ billing.Till, p billing.Push) (billing.Pushed, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.pushes = append(f.pushes, p)
	if f.pushErr != nil {
		return billing.Pushed{}, f.pushErr
	}
	return billing.Pushed{MerchantRequestID: fmt.Sprint("m", len(f.pushes)), CheckoutRequestID: fmt.Sprint("c", len(f.pushes))}, nil
}

func (f *fakeRail) QueryPush(context.Context, billing.Till, string) (billing.Verdict, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.verdict.State == "" {
		return billing.Verdict{}, errors.New("no answer obtained")
	}
	return f.verdict, nil
}

func (f *fakeRail) AskStatus(_ context.Context, _ billing.Till, receipt, resultURL, _ string) (string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked, f.askedURL = append(f.asked, receipt), append(f.askedURL, resultURL)
	return "AG_1", nil
}

func (f *fakeRail) SendBack(_ context.Context, _ billing.Till, o billing.SendBackOrder) (string, string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.orders = append(f.orders, o)
	originator := o.Originator
	if originator == "" {
		originator = "theirs"
	}
	return originator, fmt.Sprint("AG_B", len(f.orders)), f.sendBackErr
}

func (f *fakeRail) AskSentBack(_ context.Context, _ billing.Till, o billing.SendBackOrder) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.askedBack = append(f.askedBack, o)
	return nil
}

func (f *fakeRail) ReadSentBack(b []byte) (billing.StatusResult, error) {
	return readInto[billing.StatusResult](b)
}

func (f *fakeRail) RegisterURLs(context.Context, billing.Till, string, string) error { return nil }

func readInto[T any](body []byte) (v T, err error) {
	if err := json.Unmarshal(body, &v); err != nil {
		return v, fault.Wrap(fault.Invalid, "callback.unreadable", err)
	}
	return v, nil
}

func (f *fakeRail) ReadPushResult(b []byte) (billing.PushResult, error) {
	return readInto[billing.PushResult](b)
}
func (f *fakeRail) ReadConfirmation(b []byte) (billing.Confirmation, error) {
	return readInto[billing.Confirmation](b)
}
func (f *fakeRail) ReadStatus(b []byte) (billing.StatusResult, error) {
	return readInto[billing.StatusResult](b)
}

// secretOf is the last part of the nth push's callback address.
func (f *fakeRail) secretOf(n int) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	url := f.pushes[n].CallbackURL
	return url[strings.LastIndex(url, "/")+1:]
}

// longerThanAnyPause is longer than a job waits between two runs.
const longerThanAnyPause = 61 * time.Minute

var paid = billing.Verdict{State: billing.VerdictPaid, Code: "0"}

func incoming(kind, secret string, v any) billing.Incoming {
	body, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return billing.Incoming{Kind: kind, Secret: secret, From: "196.201.212.69", Body: body}
}

func (s *shop) success(n int, receipt string, shillings int64) billing.Incoming {
	return incoming("push", s.rail.secretOf(n), billing.PushResult{CheckoutRequestID: fmt.Sprint("c", n+1), Verdict: paid, Receipt: receipt, Amount: money.Shillings(shillings), Phone: "254712345678"})
}

func (s *shop) failure(n int, reason billing.Reason) billing.Incoming {
	return incoming("push", s.rail.secretOf(n), billing.PushResult{CheckoutRequestID: fmt.Sprint("c", n+1), Verdict: billing.Verdict{State: billing.VerdictFailed, Reason: reason, Code: "1032"}})
}

func (s *shop) confirmation(receipt, reference, payer string, shillings int64) billing.Incoming {
	return incoming("confirm", s.till.CallbackSecret, billing.Confirmation{Receipt: receipt, Amount: money.Shillings(shillings), ShortCode: "174379", Reference: reference, Payer: payer})
}

func each(t *testing.T, story func(t *testing.T, s *shop)) {
	testdb.Each(t, func(t *testing.T, d *db.DB) { story(t, open(t, d)) })
}

// proofs are of a shop that sells no vouchers.
func (s *shop) proofs() *report.Proofs {
	none := vouchers.New(vouchers.Options{DB: s.db, Keys: s.keys, Jobs: jobs.New(s.db, s.clock, slog.New(slog.DiscardHandler)), Clock: s.clock, Ledger: s.ledger})
	return report.NewProofs(s.db, s.ledger, s.bill, append(s.more, none)...)
}
