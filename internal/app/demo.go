package app

import (
	"context"
	"crypto/x509"
	"errors"
	"io"
	"log/slog"
	"math"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/sim/messages"
	"mtandao/internal/sim/router"
	"mtandao/internal/sim/safaricom"
)

// DemoOptions say where the demo runs. Data "" is a folder that is removed at the end; DB "" is SQLite in it.
type DemoOptions struct {
	DB, Data, HTTP         string
	RadiusAuth, RadiusAcct string
	Speed                  int // of the plan clock, simulated people and traffic
	Quiet                  bool
	Out                    io.Writer
	Log                    *slog.Logger
	plan                   clock.Clock // a test's own plan clock, instead of one that runs Speed times faster
	hooks                  Receivers   // of a test
}

// Stage is a running demo: the real program and the simulated world around it. Tests use it too.
type Stage struct {
	Main      *Main
	Safaricom *safaricom.Server
	Routers   map[string]*router.Router // by the router's name
	RailURL   string
	Messages  *messages.Server // who carries SMS and e-mail
	PostURL   string           // their pages: what the phones got, and at /mail the mailboxes
	TourURL   string           // the guided tour
	seeded    seeded

	rail, post *http.Server
	guide      *http.Server // of the tour
	opened     time.Time    // when the tour began
	mailbox    net.Listener
	ticketPost ticketPost   // the mailbox of tickets
	front      net.Listener // the portal's
	mailRoots  *x509.CertPool
	options    DemoOptions
	stop       context.CancelFunc
	ended      sync.WaitGroup
	err        error
	temp       string
}

// Demo shows the whole product until ctx is done.
func Demo(ctx context.Context, o DemoOptions) error {
	stage, err := OpenStage(ctx, o)
	if err != nil {
		return err
	}
	err = errors.Join(stage.seedPost(ctx), stage.seedVouchers(ctx), stage.seedWeek(ctx), stage.seedSellers(ctx), stage.seedCustomers(ctx), stage.seedRail(ctx), stage.seedTickets(ctx), stage.seedMail(ctx), stage.seedField(ctx), stage.seedLines(ctx),
		stage.seedMoney(ctx), stage.seedPapers(ctx), stage.seedPrompts(ctx), stage.plugInAll(), stage.seedTrouble(ctx), stage.startTour(ctx))
	if err != nil {
		return errors.Join(err, stage.Close())
	}
	stage.announce(o.Out)
	if !o.Quiet {
		stage.ended.Go(func() { stage.crowd(ctx) })
	}
	<-ctx.Done()
	return stage.Close()
}

// OpenStage starts everything and returns when the portal answers.
func OpenStage(ctx context.Context, o DemoOptions) (*Stage, error) {
	s := &Stage{options: o, Routers: map[string]*router.Router{}}
	if err := s.prepare(); err != nil {
		return nil, err
	}
	ctx, s.stop = context.WithCancel(context.WithoutCancel(ctx))
	for _, step := range []func(context.Context) error{s.startRail, s.startPost, s.startMain, s.seed, s.seedStaff, s.startRouters} {
		if err := step(ctx); err != nil {
			return nil, errors.Join(err, s.Close())
		}
	}
	return s, nil
}

func (s *Stage) prepare() (err error) {
	if s.options.Speed < 1 {
		s.options.Speed = 1
	}
	if s.options.Log == nil {
		s.options.Log = slog.New(slog.DiscardHandler)
	}
	if s.options.Data == "" {
		s.temp, err = os.MkdirTemp("", "mtandao-demo-")
		s.options.Data = s.temp
	}
	if err == nil {
		s.front, err = listenFirst(s.options.HTTP)
	}
	if err == nil {
		s.options.HTTP = s.front.Addr().String()
	}
	return err
}

// listenFirst opens the portal's address before the program that answers there: the rail is told it, and nobody takes it in between.
func listenFirst(address string) (net.Listener, error) {
	if err := checkSocket(address); err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fault.Wrap(fault.Unavailable, "config.port_taken", err, "Address", address)
	}
	return l, nil
}

// The demo's merchant as the simulated Safaricom knows it.
var demoMerchant = safaricom.Merchant{Name: "Baraka Wi-Fi", Type: safaricom.PayBill, ShortCode: "174379", ConsumerKey: "demo-consumer-key",
	ConsumerSecret: "demo-consumer-secret", Passkey: "demo-passkey", Initiator: "demo-operator", InitiatorPassword: "demo-password", Payout: "600900", PayoutFloat: 50_000_00}

func (s *Stage) startRail(context.Context) (err error) {
	delays := safaricom.Lifelike()
	s.Safaricom, err = safaricom.New(safaricom.Options{Log: s.options.Log, Merchants: []safaricom.Merchant{demoMerchant}, Delays: delays, Seed: uint64(clock.System().Now().UnixNano())})
	if err != nil {
		return err
	}
	l, err := nextPort(s.options.HTTP, 1)
	if err != nil {
		return err
	}
	s.RailURL = "http://" + l.Addr().String()
	s.rail = &http.Server{Handler: s.Safaricom.Handler(), ReadHeaderTimeout: 10 * time.Second}
	s.ended.Go(func() { _ = s.rail.Serve(l) })
	return nil
}

// nextPort listens some ports after an address, or on any free port when that one is taken.
func nextPort(address string, after int) (net.Listener, error) {
	if l, err := net.Listen("tcp", portAfter(address, after)); err == nil {
		return l, nil
	}
	return net.Listen("tcp", anyPort(address))
}

// portAfter is some ports after a listener's address; any free one when there are no more.
func portAfter(address string, after int) string {
	host, port, _ := net.SplitHostPort(address)
	number, _ := strconv.Atoi(port)
	if number += after; number > math.MaxUint16 {
		return anyPort(address)
	}
	return net.JoinHostPort(host, strconv.Itoa(number))
}

func anyPort(address string) string {
	host, _, _ := net.SplitHostPort(address)
	return net.JoinHostPort(host, "0")
}

func (s *Stage) config() Config {
	c := Config{DB: s.options.DB, Data: s.options.Data, HTTP: s.options.HTTP, RadiusAuth: s.options.RadiusAuth, RadiusAcct: s.options.RadiusAcct,
		PublicURL: "http://" + reachable(s.options.HTTP), Dev: true}
	c.fill()
	return c
}

// reachable turns an address that listens everywhere into one that a browser here can open.
func reachable(address string) string {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return address
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, port)
}

func (s *Stage) startMain(ctx context.Context) (err error) {
	c := s.config()
	if err := c.check(); err != nil {
		return err
	}
	if err := migrate(ctx, c); err != nil {
		return err
	}
	if s.Main, err = New(ctx, c, Options{Log: s.options.Log, Plan: s.planClock(), Mail: s.mailRoots, Plain: s.front, Hooks: s.options.hooks}); err != nil {
		return err
	}
	s.ended.Go(func() { s.err = s.Main.Run(ctx) })
	s.ended.Go(func() { s.keepTime(ctx) })
	return nil
}

func migrate(ctx context.Context, c Config) error {
	d, err := db.Open(ctx, c.DB, db.Options{})
	if err != nil {
		return err
	}
	_, err = d.Migrate(ctx)
	return errors.Join(err, d.Close())
}

// planClock goes on where a demo on the same data stopped, so that the past stays the past.
func (s *Stage) planClock() clock.Clock {
	if s.options.plan != nil {
		return s.options.plan
	}
	from := clock.System().Now()
	if text, err := os.ReadFile(s.timeFile()); err == nil {
		if last, err := time.Parse(time.RFC3339Nano, strings.TrimSpace(string(text))); err == nil && last.After(from) {
			from = last
		}
	}
	return clock.Scaled(clock.System(), from, s.options.Speed)
}

func (s *Stage) timeFile() string { return filepath.Join(s.options.Data, "demo-time") }

func (s *Stage) keepTime(ctx context.Context) {
	tick := time.NewTicker(2 * time.Second)
	defer tick.Stop()
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case <-tick.C:
		}
		_ = os.WriteFile(s.timeFile(), []byte(s.Main.Plan.Now().Format(time.RFC3339Nano)), 0o600)
	}
}

// Close stops the world and then the program.
func (s *Stage) Close() error {
	for _, r := range s.Routers {
		r.Close()
	}
	s.stop()
	if s.rail != nil {
		_ = s.rail.Close()
		s.Safaricom.Close()
	}
	s.closePost()
	s.ended.Wait()
	err := s.err
	if s.Main != nil {
		err = errors.Join(err, s.Main.Close())
	} else {
		_ = s.front.Close()
	}
	if s.temp != "" {
		err = errors.Join(err, os.RemoveAll(s.temp))
	}
	return err
}
