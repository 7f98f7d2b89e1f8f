package routers

import (
	"context"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/seal"
)

// LinkFor is how long a set-up link may be used.
const LinkFor = 30 * time.Minute

const (
	secretOverlap = 24 * time.Hour // the old RADIUS secret holds until the script has surely run
	linkPurpose   = "router.link"
	mostChoices   = 8 << 10
	apiUser       = "mtandao"
)

// ScriptWriter writes the script that sets a router up: a dialect's part. What it must prepare for it, such as the keys of a
// tunnel, it stores in the same transaction.
type ScriptWriter interface {
	WriteScript(tx *db.Tx, r Router, choices string) (string, error)
}

// MakeLink makes the secret of a link by which the router fetches its set-up script: once, within 30 minutes. A link of this
// router that waits unused is void from now on. Choices are what the script depends on, in the dialect's own words.
// fault.NotFound "router.unknown".
func (s *Service) MakeLink(tx *db.Tx, routerID int64, choices string) (string, error) {
	r, err := s.loadActive(tx, routerID)
	if err != nil {
		return "", err
	}
	if len(choices) > mostChoices {
		return "", fault.New(fault.Invalid, "setup.nothing")
	}
	token := newToken()
	now := s.clock.Now()
	return token, s.storeLink(tx, linkRow{TokenHash: s.keys.Lookup(linkPurpose, token), RouterID: r.ID, Choices: choices,
		ExpiresAt: now.Add(LinkFor), CreatedAt: now})
}

// Redeem spends a link and returns the script, with fresh secrets that no script before it had. The router's old RADIUS
// secret is accepted for a day; until the script has run, our API calls are refused. fault.NotFound "setup.link": the link
// is unknown, spent, void or too old.
func (s *Service) Redeem(ctx context.Context, token string, w ScriptWriter) (script string, err error) {
	holder := db.NewHolder()
	err = s.db.InTx(ctx, func(tx *db.Tx) error {
		link, again, err := s.spendLink(tx, token, holder)
		if err != nil {
			return err
		}
		r, err := s.loadActive(tx, link.RouterID)
		if err != nil {
			return err
		}
		if r, err = s.Save(tx, s.withFreshSecrets(r, again)); err != nil {
			return err
		}
		script, err = w.WriteScript(tx, r, link.Choices)
		return err
	})
	if err != nil {
		return "", err
	}
	return script, nil
}

// withFreshSecrets keeps the secret that the router has; the one of a commit that was thought lost no router ever got.
func (s *Service) withFreshSecrets(r Router, again bool) Router {
	if !again {
		r.OldSecret, r.OldSecretUntil = r.Secret, s.clock.Now().Add(secretOverlap)
	}
	r.Secret, r.APIPassword = seal.RandomHex(16), seal.RandomHex(16)
	if r.APIUser == "" {
		r.APIUser = apiUser
	}
	return r
}
