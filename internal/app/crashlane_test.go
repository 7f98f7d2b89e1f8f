package app

import (
	"context"
	"errors"
	"fmt"
	"html"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/sim/router"
	"mtandao/internal/sim/safaricom"
	"mtandao/internal/testdb"
	"mtandao/radius/routers"
)

// lane is the part of the world that is not killed: a rail on which everybody approves at once.
type lane struct {
	n    int
	told int // stories so far
	rail *safaricom.Server
	wire *wire
}

func openLane(t *testing.T, n int) *lane {
	t.Helper()
	rail, err := safaricom.New(safaricom.Options{Merchants: []safaricom.Merchant{demoMerchant}, Seed: uint64(n)})
	if err != nil {
		t.Fatal(err)
	}
	rail.AutoAnswer(func(safaricom.Prompt) safaricom.Answer { return safaricom.Answer{Act: safaricom.Approve} })
	w := newWire(clock.NewManual(time.Now()), nil)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: w.listen(rail.Handler())}
	go func() { _ = server.Serve(l) }()
	t.Cleanup(func() { _ = server.Close(); rail.Close() })
	w.railURL = "http://" + l.Addr().String()
	return &lane{n: n, rail: rail, wire: w}
}

// crashStory is one purchase during which the program is killed once.
type crashStory struct {
	*lane
	config   Config
	router   *router.Router
	device   router.Device
	phone    string
	child    *child
	order    string // address of its page
	typed    bool
	deadline time.Time
}

// tell plays the story with a kill at one point and says how often the program was killed: 0 when it never came so far, and
// which durable writes it made then.
func (l *lane) tell(t *testing.T, dialect, point string) (killed int, passed []string, err error) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	l.told++
	s := &crashStory{lane: l, phone: fmt.Sprintf("2547%02d%06d", l.n, l.told), deadline: time.Now().Add(time.Minute)}
	folder := t.TempDir()
	s.config = Config{DB: "sqlite:" + filepath.Join(folder, "crash.db"), Data: folder, Dev: true}
	if dialect == db.MySQL {
		s.config.DB = testdb.URL(t, dialect)
	}
	if err := s.furnish(ctx); err != nil {
		return 0, nil, err
	}
	defer s.router.Close()
	if s.child, err = startChild(childOrder{Config: s.config, Point: point}); err != nil {
		return 0, nil, err
	}
	err = errors.Join(s.buy(), s.untilOnline(ctx))
	killed, passed, stopErr := s.child.stop()
	return killed, passed, errors.Join(err, stopErr, s.verify(ctx))
}

// host is an address of the lane's own: while the program is dead nobody's outgoing connection takes its ports.
func (l *lane) host() string { return fmt.Sprintf("127.%d.2.%d", 10+os.Getpid()%200, 10+l.n) }

// freePort settles port 0 for another process, which opens it again.
func freePort(address string) (string, error) {
	l, err := listenFirst(address)
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// furnish settles the addresses and seeds the database before the child is born.
func (s *crashStory) furnish(ctx context.Context) error {
	var taken []io.Closer
	for _, address := range []*string{&s.config.RadiusAuth, &s.config.RadiusAcct} {
		socket, err := net.ListenPacket("udp", s.host()+":0")
		if err != nil {
			return err
		}
		*address, taken = socket.LocalAddr().String(), append(taken, socket)
	}
	for _, socket := range taken {
		_ = socket.Close()
	}
	var err error
	if s.config.HTTP, err = freePort(s.host() + ":0"); err != nil {
		return err
	}
	s.config.PublicURL = "http://" + s.config.HTTP
	s.config.fill()
	if err := migrate(ctx, s.config); err != nil {
		return err
	}
	m, err := Open(ctx, s.config, Options{})
	if err != nil {
		return err
	}
	stage := &Stage{Main: m, Safaricom: s.rail, RailURL: s.wire.railURL, options: DemoOptions{Log: slog.New(slog.DiscardHandler)}}
	for _, step := range []func(context.Context) error{stage.seed, m.refresh, m.Billing.RegisterURLs, func(ctx context.Context) error { return s.plug(ctx, stage) }} {
		if err := step(ctx); err != nil {
			return errors.Join(err, m.Close())
		}
	}
	return m.Close()
}

// plug registers and starts the router.
func (s *crashStory) plug(ctx context.Context, stage *Stage) error {
	d := demoRouters[0]
	source := netip.AddrFrom4([4]byte{127, 0, 1, byte(10 + s.n)})
	fresh := stage.known(d)
	fresh.Addresses = []netip.Prefix{netip.PrefixFrom(source, 32)}
	kept, err := stage.register(ctx, fresh)
	if err != nil {
		return err
	}
	s.router = router.New(router.Options{Dialect: d.dialect, Name: d.name, Clock: clock.System(), AuthServer: s.config.RadiusAuth, AcctServer: s.config.RadiusAcct,
		Secret: kept.Secret, Source: source, MACLogin: true, PortalURL: stage.PortalURL(d.slug, kept.Token), Timeout: time.Second,
		HTTP: "127.0.0.1:0", CoA: "127.0.0.1:0", API: "127.0.0.1:0", APIUser: "mtandao", APIPassword: "demo-api-password"})
	if err := s.router.Start(ctx); err != nil {
		return err
	}
	kept.LoginHosts, kept.CoAAddress = []string{s.router.HTTPAddress()}, s.router.CoAAddress()
	kept.APIAddress, kept.APIUser, kept.APIPassword = s.router.APIAddress(), "mtandao", "demo-api-password"
	_, err = stage.register(ctx, routers.Router(kept))
	return err
}

var (
	buyForm   = regexp.MustCompile(`(?s)<form[^>]*action="([^"]*/buy[^"]*)"[^>]*>(.*?)</form>`)
	hidden    = regexp.MustCompile(`<input[^>]*type="hidden"[^>]*name="([^"]*)"[^>]*value="([^"]*)"`)
	planInput = regexp.MustCompile(`<input[^>]*type="radio"[^>]*value="([^"]*)"`)
)

// buy orders from the moment that the child's writes count.
func (s *crashStory) buy() error { return s.orderAfter(s.child.arm) }

// place orders.
func (s *crashStory) place() error { return s.orderAfter(func() error { return nil }) }

// orderAfter fills the form once, and sends the same form until it is answered: what a browser does when one presses again.
func (s *crashStory) orderAfter(ready func() error) error {
	var err error
	if s.device, err = s.router.Join(fmt.Sprintf("02dead%s", s.phone[6:])); err != nil {
		return err
	}
	s.device.Use(500)
	page, at, err := fetch(s.device.URL())
	found := buyForm.FindStringSubmatch(page)
	if err != nil || found == nil {
		return fmt.Errorf("no form at %s: %w", at, err)
	}
	form := url.Values{"phone": {s.phone}, "plan": {planInput.FindStringSubmatch(found[2])[1]}}
	for _, field := range hidden.FindAllStringSubmatch(found[2], -1) {
		form.Set(field[1], html.UnescapeString(field[2]))
	}
	base, err := url.Parse(at)
	if err != nil {
		return err
	}
	target, err := base.Parse(html.UnescapeString(found[1]))
	if err != nil {
		return err
	}
	if err := ready(); err != nil {
		return err
	}
	for ; time.Now().Before(s.deadline); time.Sleep(50 * time.Millisecond) {
		answer, err := http.PostForm(target.String(), form)
		if err != nil {
			continue
		}
		_ = answer.Body.Close()
		if s.order = answer.Request.URL.String(); strings.Contains(s.order, "/o/") || strings.Contains(s.order, "/s/") { // paid and online already
			return nil
		}
		if answer.StatusCode < 500 {
			return fmt.Errorf("the form was answered %s at %s", answer.Status, s.order)
		}
	}
	return errors.New("the form was never answered")
}

func fetch(address string) (page, at string, err error) {
	answer, err := http.Get(address)
	if err != nil {
		return "", "", err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	return string(body), answer.Request.URL.String(), err
}

// untilOnline does what a guest would: pays by hand when no prompt will come, and presses the page's own link when the router was
// not told. A prompt comes, however late, until it is noted as sent; a guest who is faster than it pays twice, which is no fault of the program.
func (s *crashStory) untilOnline(ctx context.Context) error {
	began := time.Now()
	coming := began // when a prompt was still to come, as far as was seen
	for time.Now().Before(s.deadline) && s.child.failed() == nil {
		if s.device.Online() {
			return nil
		}
		waited := time.Since(began)
		if waited > 2*time.Second && len(s.moves()) == 0 && len(s.rail.Prompts()) == 0 {
			var sent []string
			if err := s.read(ctx, "SELECT state FROM payments WHERE state <> 'created'", &sent); err != nil {
				return err
			}
			if len(sent) == 0 {
				coming = time.Now()
			}
			if time.Since(coming) > 2*time.Second && len(s.rail.Prompts()) == 0 {
				if err := s.payByHand(ctx); err != nil {
					return err
				}
			}
		}
		if waited > 3*time.Second {
			s.pressLink()
		}
		if waited > 4*time.Second && !s.typed && len(s.moves()) > 0 {
			if err := s.typeReceipt(); err != nil {
				return err
			}
		}
		time.Sleep(50 * time.Millisecond)
	}
	return fmt.Errorf("never online: child %v, moves %v", s.child.failed(), s.moves())
}

func (s *crashStory) moves() (own []safaricom.Move) {
	for _, m := range s.rail.Moves() {
		if m.Phone == s.phone {
			own = append(own, m)
		}
	}
	return own
}

func (s *crashStory) payByHand(ctx context.Context) error {
	var code []string
	if err := s.read(ctx, "SELECT code FROM orders", &code); err != nil || len(code) != 1 {
		return fmt.Errorf("%d orders: %w", len(code), err)
	}
	_, err := s.rail.PayBill(ctx, s.phone, demoMerchant.ShortCode, code[0], 10_00)
	return err
}

// pressLink opens the order's page and follows its link to the router, if there is one by now.
func (s *crashStory) pressLink() {
	page, _, err := fetch(s.order)
	link := regexp.MustCompile(`href="(http://` + regexp.QuoteMeta(s.router.HTTPAddress()) + `[^"]*)"`).FindStringSubmatch(page)
	if err == nil && link != nil {
		_, _, _ = fetch(html.UnescapeString(link[1]))
	}
}

// typeReceipt is the last way: the phone got M-Pesa's message, and nobody told the program.
func (s *crashStory) typeReceipt() error {
	s.typed = true
	page, at, err := fetch(strings.Replace(s.order, "?", "/receipt?", 1))
	if err != nil {
		return err
	}
	form := url.Values{"receipt": {s.moves()[0].Receipt}}
	for _, field := range hidden.FindAllStringSubmatch(page, -1) {
		form.Set(field[1], html.UnescapeString(field[2]))
	}
	answer, err := http.PostForm(at, form)
	if err == nil {
		err = answer.Body.Close()
	}
	return err
}

// read asks the child's database.
func (s *crashStory) read(ctx context.Context, query string, into any) error {
	d, err := db.Open(ctx, s.config.DB, db.Options{})
	if err != nil {
		return err
	}
	return errors.Join(d.Read(ctx).Raw(query).Scan(into).Error, d.Close())
}

// verify: one prompt at most, one receipt, one grant, one entry that brought money in, and the books true.
func (s *crashStory) verify(ctx context.Context) error {
	real := clock.System()
	m, err := Open(ctx, s.config, Options{Clock: clock.Scaled(real, real.Now().Add(2*later), 1)})
	if err != nil {
		return err
	}
	defer m.Close()
	s.wire.mu.Lock()
	defer s.wire.mu.Unlock()
	for query, want := range map[string]int64{
		"SELECT COUNT(*) FROM orders WHERE state = 'paid'":                            1,
		"SELECT COUNT(*) FROM orders":                                                 1,
		"SELECT COUNT(*) FROM receipts":                                               1,
		"SELECT COUNT(*) FROM grants":                                                 1,
		"SELECT COUNT(*) FROM grant_sources":                                          1,
		"SELECT COUNT(*) FROM ledger_entries WHERE kind = 'money in'":                 1,
		"SELECT COALESCE(-SUM(cents), 0) FROM ledger_postings WHERE account = '2100'": 10_00,
		"SELECT COUNT(*) FROM jobs WHERE state = 'parked'":                            0,
		"SELECT COUNT(*) FROM rail_inbox WHERE state = 'new'":                         0,
	} {
		var got int64
		if e := m.DB.Read(ctx).Raw(query).Scan(&got).Error; e != nil || got != want {
			err = errors.Join(err, e, fmt.Errorf("%d, not %d: %s", got, want, query))
		}
	}
	var code string
	if e := m.DB.Read(ctx).Raw("SELECT code FROM orders").Scan(&code).Error; e != nil || s.wire.pushes[code] > 1 || len(s.moves()) != 1 {
		err = errors.Join(err, e, fmt.Errorf("%d prompts, moves %v", s.wire.pushes[code], s.moves()))
	}
	if e := m.Ledger.Chain(ctx); e != nil {
		err = errors.Join(err, e)
	}
	problems, e := booksProblems(ctx, m)
	if len(problems) > 0 {
		err = errors.Join(err, fmt.Errorf("books: %v", problems))
	}
	return errors.Join(err, e)
}

func booksProblems(ctx context.Context, m *Main) (problems []string, err error) {
	books, err := m.Ledger.Verify(ctx)
	for _, p := range books.Problems {
		problems = append(problems, p.String())
	}
	disagreements, err2 := m.proofs().Prove(ctx)
	for _, p := range disagreements {
		problems = append(problems, p.What)
	}
	return problems, errors.Join(err, err2)
}
