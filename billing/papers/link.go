package papers

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/settings"
)

// LinkPath is what the addresses of papers begin with, after the program's own.
const LinkPath = "/d/"

// Address is where a paper is opened without a sign-in; empty while the program knows no address of its own.
func (p Paper) Address() string {
	if p.facts.Base == "" || p.facts.Link == "" {
		return ""
	}
	return p.facts.Base + LinkPath + p.facts.Link
}

// secretLength is of a link: 128 random bits.
const secretLength = 22

func digest(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// ByLink is the paper that a link opens; fault.NotFound "paper.link" for every link that opens nothing, whatever is wrong with it.
func (s *Service) ByLink(ctx context.Context, secret string) (Paper, error) {
	if raw, err := base64.RawURLEncoding.DecodeString(secret); err != nil || len(raw) != 16 || len(secret) != secretLength {
		return Paper{}, fault.New(fault.NotFound, "paper.link")
	}
	p, err := s.byLink(ctx, digest(secret))
	if fault.Is(err, fault.NotFound) || err == nil && !s.Clock.Now().Before(p.LinkUntil) {
		err = fault.New(fault.NotFound, "paper.link")
	}
	return p, err
}

func (s *Service) linkUntil() time.Time {
	return s.Clock.Now().AddDate(0, 0, s.Settings.Int(settings.PaperLinkDays))
}

// renew has the link of a paper open it for its full time again, because it is sent again.
func (s *Service) renew(tx *db.Tx, p Paper) error { return s.setLinkUntil(tx, p.ID, s.linkUntil()) }
