package cutover

import (
	"context"
	"slices"
	"strings"

	"mtandao/billing/customers"
	"mtandao/internal/fault"
	"mtandao/radius/routers"
)

// Secret is a local secret of a router, or a user of its hotspot: with these, the router lets somebody in without asking us.
type Secret struct {
	ID, Menu, Name string
	Off            bool
}

// Local are the secrets that a router keeps itself.
type Local interface {
	// Secrets lists those of one router.
	Secrets(ctx context.Context, r routers.Router) ([]Secret, error)
	// Switch switches some of one menu, all of them or none.
	Switch(ctx context.Context, r routers.Router, menu string, ids []string, off bool) error
}

// States of a secret on record.
const (
	switching = "switching" // on record, and perhaps off
	off       = "off"
	on        = "on"
)

// batchOf is how many secrets are switched with one command.
const batchOf = 50

// Taken is what taking a router over did, or giving it back.
type Taken struct {
	Switched []string
	Unknown  []string // log-ins of nobody here, which stay as they are
	Missing  []string // on record, and not on the router any more
}

// Recorded says how many secrets of a router are off by us, and could be switched on again.
func (s *Service) Recorded(ctx context.Context, routerID int64) (int, error) {
	rows, err := s.remembered(ctx, routerID)
	return len(rows), err
}

// TakeOver switches off a router's local secrets of those who have a line here, in batches: from then on the router asks us for them. Each
// is on record first. Who is online stays online until they reconnect. A dry run only tells. When the line to the router fails, or ctx ends, what was
// switched until then is told with the error, and the next run goes on.
func (s *Service) TakeOver(ctx context.Context, r routers.Router, dryRun bool, by customers.By) (t Taken, err error) {
	all, err := s.Local.Secrets(ctx, r)
	if err != nil {
		return t, err
	}
	byMenu := map[string][]Secret{}
	for _, secret := range all {
		if secret.Off {
			continue
		}
		found, err := s.Logins.Find(ctx, secret.Name)
		if err != nil {
			return t, err
		}
		if len(found) == 0 {
			t.Unknown = append(t.Unknown, secret.Name)
			continue
		}
		byMenu[secret.Menu] = append(byMenu[secret.Menu], secret)
	}
	for menu, secrets := range byMenu {
		for some := range slices.Chunk(secrets, batchOf) {
			if !dryRun {
				if err := s.switchOff(ctx, r, menu, some, by); err != nil {
					return t, err
				}
			}
			t.Switched = append(t.Switched, namesOf(some)...)
		}
	}
	slices.Sort(t.Switched)
	return t, nil
}

func (s *Service) switchOff(ctx context.Context, r routers.Router, menu string, some []Secret, by customers.By) error {
	names := namesOf(some)
	if err := s.remember(ctx, r.ID, menu, names, by); err != nil {
		return err
	}
	if err := s.Local.Switch(ctx, r, menu, idsOf(some), true); err != nil {
		return err
	}
	return s.switched(ctx, r.ID, menu, names, off)
}

// GiveBack switches on again every secret of a router that TakeOver switched off.
func (s *Service) GiveBack(ctx context.Context, r routers.Router, by customers.By) (t Taken, err error) {
	records, err := s.remembered(ctx, r.ID)
	if err != nil {
		return t, err
	}
	if len(records) == 0 {
		return t, fault.New(fault.NotFound, "cutover.nothing_off", "Router", r.Name)
	}
	all, err := s.Local.Secrets(ctx, r)
	if err != nil {
		return t, err
	}
	there := map[string]Secret{}
	for _, secret := range all {
		there[secret.Menu+" "+secret.Name] = secret
	}
	byMenu := map[string][]Secret{}
	for _, rec := range records {
		secret, ok := there[rec.Menu+" "+rec.Name]
		if !ok {
			t.Missing = append(t.Missing, rec.Name)
			continue
		}
		byMenu[rec.Menu] = append(byMenu[rec.Menu], secret)
	}
	for menu, secrets := range byMenu {
		for some := range slices.Chunk(secrets, batchOf) {
			if err := s.Local.Switch(ctx, r, menu, idsOf(some), false); err != nil {
				return t, err
			}
			if err := s.switched(ctx, r.ID, menu, namesOf(some), on); err != nil {
				return t, err
			}
			t.Switched = append(t.Switched, namesOf(some)...)
		}
	}
	slices.Sort(t.Switched)
	return t, s.told(ctx, "router given back", r, t, by)
}

func namesOf(all []Secret) (names []string) {
	for _, s := range all {
		names = append(names, s.Name)
	}
	return names
}

func idsOf(all []Secret) (ids []string) {
	for _, s := range all {
		ids = append(ids, s.ID)
	}
	return ids
}

// RouterNamed finds a router by its name; fault.NotFound "cutover.no_router".
func (s *Service) RouterNamed(name string) (routers.Router, error) {
	for _, r := range s.Routers.All() {
		if strings.EqualFold(r.Name, name) {
			return r, nil
		}
	}
	return routers.Router{}, fault.New(fault.NotFound, "cutover.no_router", "Router", name)
}
