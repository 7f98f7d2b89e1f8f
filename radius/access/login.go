package access

import (
	"context"
	"strings"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/seal"
)

const (
	loginPurpose = "login"          // of sealing and of look-up hashes
	onceAgain    = 30 * time.Second // a one-time login's winner may repeat it: RADIUS retransmits for 10 to 20 s
	longestName  = 253              // a RADIUS attribute
	codeGroup    = 5                // symbols of a log-in code between dashes
)

// SpellName makes a chosen name (PPPoE) canonical: names differ by more than case and spaces around them.
func SpellName(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

// addCode gives the grant a log-in code of its own.
func (s *Service) addCode(tx *db.Tx, grantID int64) error {
	for range 5 {
		code := string(LogInCodes.New())
		if added, err := s.addLogin(tx, grantID, codeLogin, code, "", time.Time{}); added || err != nil {
			return err
		}
	}
	return fault.New(fault.Internal, "internal") // five codes of 44 bits all taken: the random source is broken
}

// NameLogin lets a name and secret reach the grant; fault.Conflict "login.taken".
func (s *Service) NameLogin(tx *db.Tx, grantID int64, name, secret string) error {
	name = SpellName(name)
	if name == "" || secret == "" || len(name) > longestName || len(secret) > 128 {
		return fault.New(fault.Invalid, "login.invalid")
	}
	if taken, err := s.isVoucher(tx, name); err != nil {
		return err
	} else if taken {
		return fault.New(fault.Conflict, "login.taken")
	}
	if err := raiseVersion(tx, grantID); err != nil {
		return err
	}
	added, err := s.addLogin(tx, grantID, nameLogin, name, secret, time.Time{})
	if err == nil && !added {
		return fault.New(fault.Conflict, "login.taken")
	}
	return err
}

// OnceLogin makes a name and secret that reach the grant once within ttl of real time; for a link, a redirect or a
// router's API.
func (s *Service) OnceLogin(tx *db.Tx, grantID int64, ttl time.Duration) (name, secret string, err error) {
	return s.addOnce(tx, grantID, "t", ttl)
}

// devicePrefix begins the name of a one-time login that serves one device, whose MAC follows.
const devicePrefix = "d"

// DeviceLogin is OnceLogin for one device: for whoever proves no more than to stand behind its MAC.
func (s *Service) DeviceLogin(tx *db.Tx, grantID int64, mac MAC, ttl time.Duration) (name, secret string, err error) {
	return s.addOnce(tx, grantID, devicePrefix+string(mac), ttl)
}

// meantFor says whether a device may use a one-time login of that name.
func meantFor(name string, mac MAC) bool {
	device, bound := strings.CutPrefix(SpellName(name), devicePrefix)
	return !bound || mac != "" && strings.HasPrefix(device, string(mac))
}

func (s *Service) addOnce(tx *db.Tx, grantID int64, prefix string, ttl time.Duration) (name, secret string, err error) {
	name, secret = prefix+seal.RandomHex(8), seal.RandomHex(12)
	added, err := s.addLogin(tx, grantID, onceLogin, name, secret, s.real.Now().Add(ttl))
	if err == nil && !added {
		err = fault.New(fault.Internal, "internal")
	}
	return name, secret, err
}

func (s *Service) addLogin(tx *db.Tx, grantID int64, kind, name, secret string, expires time.Time) (bool, error) {
	sealedName, err := s.keys.Seal(loginPurpose, []byte(name))
	if err != nil {
		return false, err
	}
	sealedSecret, err := s.keys.Seal(loginPurpose, []byte(secret))
	if err != nil {
		return false, err
	}
	return insertLogin(tx, loginRow{
		ID: tx.ID(), GrantID: grantID, Kind: kind, NameHash: s.keys.Lookup(loginPurpose, name), Name: sealedName,
		Secret: sealedSecret, CreatedAt: s.real.Now(), ExpiresAt: db.Nullable(expires),
	})
}

// CodeOf is the grant's log-in code in the clear, grouped for people; fault.NotFound "grant.no_code".
func (s *Service) CodeOf(ctx context.Context, grantID int64) (string, error) {
	login, err := s.codeLoginOf(ctx, grantID)
	if err != nil {
		return "", err
	}
	code, err := s.keys.Open(loginPurpose, login.Name)
	return Code(code).Grouped(codeGroup), err
}

// ByCode is the live grant of a log-in code that may be used at a site; fault.NotFound
// "grant.no_code" when there is none.
func (s *Service) ByCode(ctx context.Context, siteID int64, code Code) (int64, error) {
	for _, hash := range s.keys.Lookups(loginPurpose, string(code)) {
		rows, err := s.byNameHash(ctx, hash, "")
		if err != nil {
			return 0, err
		}
		for _, r := range rows {
			g := r.Grant
			if r.Kind == codeLogin && (g.SiteID == 0 || g.SiteID == siteID) && g.State != Ended {
				return g.ID, nil
			}
		}
	}
	return 0, fault.New(fault.NotFound, "grant.no_code")
}
