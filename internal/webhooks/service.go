package webhooks

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/netip"
	"strconv"
	"time"

	"mtandao/internal/audit"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/jobs"
	"mtandao/internal/seal"
)

// Pause says that nothing may leave: this is a restored copy. *backup.Pause satisfies it.
type Pause interface{ Paused() bool }

// Resources renders what an event is about as the API tells it. fault.NotFound: there is none any more. *api.API satisfies it.
type Resources interface {
	Resource(ctx context.Context, k Kind, id int64) (siteID int64, data json.RawMessage, err error)
}

// Options are what the service stands on. Roots are who may vouch for a receiver, the machine's when nil; Near opens addresses that are not of the public
// internet, to tests.
type Options struct {
	DB    *db.DB
	Jobs  *jobs.Queue
	Keys  *seal.Keys
	Clock clock.Clock
	Log   *slog.Logger
	Pause Pause
	Roots *x509.CertPool
	Near  func(netip.AddrPort) bool
}

// Service keeps endpoints, and sends them what they want.
type Service struct {
	Options
	client *http.Client
	show   Resources
	limit  time.Duration // of a call
}

// New makes the service.
func New(o Options) *Service {
	s := &Service{Options: o, limit: callTimeout}
	s.client = s.newClient()
	return s
}

// Show gives it what renders events; before Run of the jobs.
func (s *Service) Show(r Resources) { s.show = r }

// By is who changes something, and from where.
type By struct{ Actor, From string }

const (
	purposeSecret  = "webhook secret"
	purposeAddress = "webhook address"
	purposeBody    = "webhook body"
	purposeAnswer  = "webhook answer"
	purposeAsked   = "webhook asked"
	prefix         = "whsec_" // by which a secret is found where it should not be
	secretBytes    = 24
	againFor       = 5 * time.Minute // the answer to a form is given again
)

func idText(id int64) string { return strconv.FormatInt(id, 10) }

// Add keeps a new endpoint and tells its secret, this once. request names the form that asks: sent again it is answered alike. Faults of check,
// fault.Conflict "webhook.many" or "webhook.request".
func (s *Service) Add(ctx context.Context, e Endpoint, request string, by By) (made Endpoint, secret string, err error) {
	if e, err = e.check(s.open); err != nil {
		return e, "", err
	}
	if e.secret, err = s.Keys.Seal(purposeSecret, []byte(prefix+seal.RandomHex(secretBytes))); err != nil {
		return e, "", err
	}
	e.State, e.MadeBy, e.MadeAt, e.Version = Active, by.Actor, s.Clock.Now(), 1
	asked := s.Keys.Lookup(purposeAsked, by.Actor+" "+request)
	add := func(tx *db.Tx) (err error) {
		made, err = s.add(tx, e, asked, by)
		return err
	}
	if err = s.DB.InTx(ctx, add); db.IsDuplicate(err) { // the same form, sent twice at once
		err = s.DB.InTx(ctx, add)
	}
	if err != nil {
		return made, "", err
	}
	secret, err = s.openSecret(made.secret)
	return made, secret, err
}

func (s *Service) add(tx *db.Tx, e Endpoint, asked string, by By) (Endpoint, error) {
	before, found, err := s.askedFor(tx, asked)
	if err != nil || found {
		if err == nil && (before.Name != e.Name || before.URL != e.URL || before.State == deleted || e.MadeAt.Sub(before.MadeAt) > againFor) {
			err = fault.New(fault.Conflict, "webhook.request")
		}
		return before, err
	}
	all, err := s.all(tx)
	if err != nil {
		return e, err
	}
	if len(all) >= mostActive {
		return e, fault.New(fault.Conflict, "webhook.many", "Most", mostActive)
	}
	e.ID = tx.ID()
	if err := s.insert(tx, e, asked); err != nil {
		return e, err
	}
	return e, s.record(tx, by, "webhook made", Endpoint{}, e)
}

// Save changes an endpoint's name, address, kinds and sites. Faults of check, fault.NotFound "webhook.unknown", fault.Conflict "webhook.changed".
func (s *Service) Save(ctx context.Context, e Endpoint, by By) (saved Endpoint, err error) {
	if e, err = e.check(s.open); err != nil {
		return e, err
	}
	err = s.change(ctx, e.ID, func(tx *db.Tx, is Endpoint) (string, error) {
		if is.Version != e.Version {
			return "", fault.New(fault.Conflict, "webhook.changed")
		}
		saved = is
		saved.Name, saved.URL, saved.Kinds, saved.Sites = e.Name, e.URL, e.Kinds, e.Sites
		return "webhook saved", s.store(tx, &saved)
	}, by)
	return saved, err
}

// Hold pauses an endpoint: what happens from now on waits for it. One that is paused stays as it is.
func (s *Service) Hold(ctx context.Context, id int64, by By) error {
	return s.turn(ctx, id, Paused, "webhook paused", by)
}

// Resume sends an endpoint what waits for it, and what happens from now on.
func (s *Service) Resume(ctx context.Context, id int64, by By) error {
	return s.turn(ctx, id, Active, "webhook resumed", by)
}

// Delete ends an endpoint, with its log.
func (s *Service) Delete(ctx context.Context, id int64, by By) error {
	return s.turn(ctx, id, deleted, "webhook deleted", by)
}

func (s *Service) turn(ctx context.Context, id int64, to State, action string, by By) error {
	return s.change(ctx, id, func(tx *db.Tx, is Endpoint) (string, error) {
		if is.State == to || to == Paused && is.State == Failing {
			return "", nil
		}
		is.State, is.FailingSince = to, db.Instant(nil)
		return action, s.store(tx, &is)
	}, by)
}

// Rotate makes a new secret and tells it, this once. The old one signs beside it for a day, or with atOnce no more. request names the form, as for Add.
// fault.Conflict "webhook.rotating" while an older one still signs, or "webhook.request".
func (s *Service) Rotate(ctx context.Context, id int64, atOnce bool, request string, by By) (secret string, err error) {
	fresh := prefix + seal.RandomHex(secretBytes)
	sealed, err := s.Keys.Seal(purposeSecret, []byte(fresh))
	if err != nil {
		return "", err
	}
	asked := s.Keys.Lookup(purposeAsked, by.Actor+" "+request)
	err = s.change(ctx, id, func(tx *db.Tx, is Endpoint) (string, error) {
		secret = fresh
		now := s.Clock.Now()
		before, at, err := s.rotatedFor(tx, id)
		if err != nil {
			return "", err
		}
		if before == asked {
			if now.Sub(at) > againFor {
				return "", fault.New(fault.Conflict, "webhook.request")
			}
			secret, err = s.openSecret(is.secret)
			return "", err
		}
		if !atOnce && is.OldUntil.After(now) {
			return "", fault.New(fault.Conflict, "webhook.rotating")
		}
		is.old, is.OldUntil = is.secret, now.Add(rotatesOver)
		if atOnce {
			is.old, is.OldUntil = nil, db.Instant(nil)
		}
		is.secret = sealed
		if err := s.rotated(tx, id, asked, now); err != nil {
			return "", err
		}
		return "webhook secret rotated", s.store(tx, &is)
	}, by)
	if err != nil {
		return "", err
	}
	return secret, nil
}

// change holds an endpoint and does something to it; an empty action: nothing was changed. fault.NotFound "webhook.unknown".
func (s *Service) change(ctx context.Context, id int64, do func(*db.Tx, Endpoint) (action string, err error), by By) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		before, err := s.hold(tx, id)
		if err != nil {
			return err
		}
		did, err := do(tx, before)
		if err != nil || did == "" {
			return err
		}
		after, err := s.get(tx, id)
		if err != nil {
			return err
		}
		return s.record(tx, by, did, before, after)
	})
}

func (s *Service) openSecret(sealed []byte) (string, error) {
	secret, err := s.Keys.Open(purposeSecret, sealed)
	return string(secret), err
}

// secrets are those that sign now, the newest first.
func (s *Service) secrets(e Endpoint) (all []string, err error) {
	sealed := [][]byte{e.secret}
	if e.OldUntil.After(s.Clock.Now()) {
		sealed = append(sealed, e.old)
	}
	for _, one := range sealed {
		secret, err := s.openSecret(one)
		if err != nil {
			return nil, err
		}
		all = append(all, secret)
	}
	return all, nil
}

// told is an endpoint in the trail: of its address only where it is.
func told(e Endpoint) map[string]any {
	return map[string]any{"name": e.Name, "host": e.Host(), "kinds": e.Kinds, "sites": e.Sites, "state": e.State}
}

func (s *Service) record(tx *db.Tx, by By, action string, before, after Endpoint) error {
	var was any
	if before.ID != 0 {
		was = told(before)
	}
	return audit.Change(tx, s.Clock.Now(), audit.Event{Actor: by.Actor, From: by.From, Action: action, Object: "webhook", ObjectID: idText(after.ID)}, was, told(after))
}
