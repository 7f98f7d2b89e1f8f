package notify

import (
	"context"
	"crypto/x509"
	"log/slog"
	"net/http"
	"time"

	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/jobs"
	"mtandao/internal/seal"
	"mtandao/internal/settings"
)

// Pause says whether this is a restored copy from which nothing may leave yet.
type Pause interface{ Paused() bool }

// Options are the service's collaborators; Pause, HTTP and RootCAs may be left empty.
type Options struct {
	DB       *db.DB
	Jobs     *jobs.Queue
	Keys     *seal.Keys
	Clock    clock.Clock // the machine's clock
	Log      *slog.Logger
	Settings *settings.Store
	Pause    Pause
	HTTP     *http.Client   // calls of all drivers; a careful one when nil
	RootCAs  *x509.CertPool // who may vouch for a mail server; the machine's when nil
	// Look is whose e-mail it is, by its site; nil: nobody's.
	Look func(siteID int64) Look
}

// Service sends messages and watches over alerts.
type Service struct {
	Options
	web     *web
	sources map[string]Source
	papers  func(ctx context.Context, id int64) (File, error)
	reports func(ctx context.Context, id int64) (File, error)
}

// factQueued is a message that waits to be sent; its key is the message's id.
const factQueued = "message queued"

// Purposes of sealed fields and keyed hashes.
const (
	purposeAddress = "notify.address"
	purposeContent = "notify.content"
	purposeInput   = "notify.input"
	purposeCarrier = "notify.carrier"
)

// New makes the service and subscribes its jobs.
func New(o Options) *Service {
	s := &Service{Options: o, web: newWeb(o.HTTP), sources: map[string]Source{}}
	o.Jobs.On(factQueued, "deliver", s.deliver)
	return s
}

// AskPapers has papers that go with e-mails made by f, each when its e-mail leaves; call it at wiring.
func (s *Service) AskPapers(f func(ctx context.Context, id int64) (File, error)) { s.papers = f }

// AskReports has reports made by f, each when its e-mail leaves; fault.Denied: it must not leave. Call it at wiring.
func (s *Service) AskReports(f func(ctx context.Context, id int64) (File, error)) { s.reports = f }

// Carries says whether there is a carrier for a channel, switched on or off.
func (s *Service) Carries(ctx context.Context, c Channel) (bool, error) {
	_, _, err := s.carrier(ctx, c)
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	return err == nil, err
}

// pausedLook is how often what waits for the end of a pause looks again.
const pausedLook = 15 * time.Second

func (s *Service) paused() bool { return s.Pause != nil && s.Pause.Paused() }

// Schedule subscribes the work that one node does at a time.
func (s *Service) Schedule() {
	s.Jobs.Every("alerts", evaluateEvery, s.Evaluate)
	s.Jobs.Every("message balance", balanceEvery, s.ReadBalance)
	s.Jobs.Every("old messages", cleanEvery, s.Clean)
}

func (s *Service) addressHash(c Channel, to string) string {
	return s.Keys.Lookup(purposeAddress, string(c)+" "+to)
}

func (s *Service) addressHashes(c Channel, to string) []string {
	return s.Keys.Lookups(purposeAddress, string(c)+" "+to)
}
