package notify

import (
	"crypto/x509"
	"log/slog"
	"net/http"

	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/jobs"
	"mtandao/internal/seal"
	"mtandao/internal/settings"
)

// Options are the service's collaborators; HTTP and RootCAs may be left empty.
type Options struct {
	DB       *db.DB
	Jobs     *jobs.Queue
	Keys     *seal.Keys
	Clock    clock.Clock // the machine's clock
	Log      *slog.Logger
	Settings *settings.Store
	HTTP     *http.Client   // calls of all drivers; a careful one when nil
	RootCAs  *x509.CertPool // who may vouch for a mail server; the machine's when nil
}

// Service sends messages and watches over alerts.
type Service struct {
	Options
	web     *web
	sources map[string]Source
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
