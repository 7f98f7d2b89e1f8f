package access

import (
	"context"

	"mtandao/internal/db"
	"mtandao/internal/fault"
)

// Vouchers knows codes that have no grant yet.
type Vouchers interface {
	// Open gives a voucher's code its grant, bound to the device; one that has it already is no change. The cause is CauseOK, or why
	// the code may not be used.
	Open(ctx context.Context, code Code, siteID int64, mac MAC) (Cause, error)
	// Holds says that a voucher which may still be used has the code.
	Holds(tx *db.Tx, code Code) (bool, error)
}

// AskVouchers has codes that reach no grant looked for among vouchers; call it at wiring.
func (s *Service) AskVouchers(v Vouchers) { s.vouchers = v }

// admitVoucher answers a log-in with a code that reaches no grant: it may be a voucher's. Such a name is no stranger, for a voucher may be
// sold at any moment.
func (s *Service) admitVoucher(ctx context.Context, a Attempt, code Code) Admission {
	if s.vouchers == nil || a.MAC == "" {
		return Admission{Cause: CauseUnknown}
	}
	if _, cause, err := s.verify(&a, &candidate{kind: codeLogin}); err != nil || cause != CauseOK {
		return Admission{Cause: cause, Err: err}
	}
	cause, err := s.vouchers.Open(ctx, code, a.SiteID, a.MAC)
	if err != nil {
		return unavailable(err)
	}
	if cause != CauseOK {
		return Admission{Cause: cause}
	}
	found, err := s.candidates(ctx, &a)
	if err != nil {
		return unavailable(err)
	}
	return s.claimFirst(ctx, &a, found)
}

// takeCode lets a code given from outside reach the grant; fault.Conflict "login.taken".
func (s *Service) takeCode(tx *db.Tx, grantID int64, code Code) error {
	added, err := s.addLogin(tx, grantID, codeLogin, string(code), "", noExpiry)
	if err == nil && !added {
		err = fault.New(fault.Conflict, "login.taken")
	}
	return err
}

// isVoucher says that a chosen name would be read as the code of a voucher that may still be used.
func (s *Service) isVoucher(tx *db.Tx, name string) (bool, error) {
	code, is := ReadCode(name)
	if !is || s.vouchers == nil {
		return false, nil
	}
	return s.vouchers.Holds(tx, code)
}

// CodesTaken says whether one of these codes reaches a grant already; at most 1,000 are asked about.
func (s *Service) CodesTaken(tx *db.Tx, codes []Code) (bool, error) {
	var hashes []string
	for _, code := range codes {
		hashes = append(hashes, s.keys.Lookups(loginPurpose, string(code))...)
	}
	return anyName(tx, hashes)
}
