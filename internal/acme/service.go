package acme

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/caddyserver/certmagic"
	"go.uber.org/zap"

	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/seal"
)

// Options are a Service's collaborators; Directory and Roots may be left empty.
type Options struct {
	DB        *db.DB
	Keys      *seal.Keys
	Clock     clock.Clock // the machine's
	Log       *slog.Logger
	Email     string         // who is told when a certificate is not renewed
	Host      string         // whose certificate
	Directory string         // Let's Encrypt's when empty
	Roots     *x509.CertPool // who may vouch for the directory; the machine's when nil
	// Listen is the host, HTTPPort and TLSPort the ports that the portal listens on: the world's 80 and 443 lead there.
	Listen            string
	HTTPPort, TLSPort int
}

// Service keeps one host's certificate.
type Service struct {
	Options
	storage *storage
	cache   *certmagic.Cache
	config  *certmagic.Config
	issuer  *certmagic.ACMEIssuer
}

// New makes the service and reads what is stored; it asks nobody anything before Manage.
func New(o Options) *Service {
	s := &Service{Options: o, storage: newStorage(o)}
	quiet := zap.NewNop() // what matters is told by the events
	s.cache = certmagic.NewCache(certmagic.CacheOptions{Logger: quiet, GetConfigForCert: func(certmagic.Certificate) (*certmagic.Config, error) { return s.config, nil }})
	s.config = certmagic.New(s.cache, certmagic.Config{Storage: s.storage, DefaultServerName: o.Host, FallbackServerName: o.Host, Logger: quiet, OnEvent: s.told, DisableStorageCheck: true})
	s.issuer = certmagic.NewACMEIssuer(s.config, certmagic.ACMEIssuer{CA: o.Directory, Email: o.Email, Agreed: true, TrustedRoots: o.Roots, Logger: quiet,
		ListenHost: o.Listen, AltHTTPPort: o.HTTPPort, AltTLSALPNPort: o.TLSPort})
	s.config.Issuers = []certmagic.Issuer{s.issuer}
	return s
}

func (s *Service) told(_ context.Context, event string, data map[string]any) error {
	switch event {
	case "cert_obtained":
		s.Log.Info("a certificate was issued", "host", s.Host, "renewal", data["renewal"])
	case "cert_failed":
		s.Log.Error("no certificate was issued: ports 80 and 443 of the host's address must lead here", "host", s.Host, "error", data["error"])
	}
	return nil
}

// Manage loads the certificate, or asks for one, and renews it until Close. It does not wait.
func (s *Service) Manage(ctx context.Context) error {
	if err := s.config.ManageAsync(ctx, []string{s.Host}); err != nil {
		return fault.Wrap(fault.Unavailable, "unavailable", err)
	}
	return nil
}

// TLS is what the HTTPS listener needs.
func (s *Service) TLS() *tls.Config {
	c := s.config.TLSConfig()
	c.MinVersion = tls.VersionTLS12
	c.NextProtos = append([]string{"http/1.1"}, c.NextProtos...)
	return c
}

// Challenge answers HTTP-01.
func (s *Service) Challenge() http.Handler {
	return s.issuer.HTTPChallengeHandler(http.NotFoundHandler())
}

// Ready says whether there is a certificate to serve with.
func (s *Service) Ready() bool { return len(s.cache.AllMatchingCertificates(s.Host)) > 0 }

// NotAfter is until when the stored certificate is good, on whichever node it was issued; false when there is none.
func (s *Service) NotAfter(ctx context.Context) (ends time.Time, ok bool, err error) {
	names, err := s.storage.List(ctx, "certificates", true)
	for _, name := range names {
		if !strings.HasSuffix(name, "/"+s.Host+".crt") {
			continue
		}
		text, e := s.storage.Load(ctx, name)
		if e != nil {
			return ends, ok, errors.Join(err, e)
		}
		if block, _ := pem.Decode(text); block != nil {
			if leaf, e := x509.ParseCertificate(block.Bytes); e == nil && leaf.NotAfter.After(ends) {
				ends, ok = leaf.NotAfter, true
			}
		}
	}
	return ends, ok, err
}

// Close stops renewing.
func (s *Service) Close() { s.cache.Stop() }
