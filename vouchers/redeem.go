package vouchers

import (
	"context"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/radius/access"
)

// SourceVoucher is the kind of the source by which a voucher feeds a grant; its key is the voucher's id.
const SourceVoucher = "voucher"

// Redemption is a code as somebody brought it to a site.
type Redemption struct {
	Code    access.Code
	SiteID  int64
	Place   access.Place
	Onto    int64                                                // a grant whose owner this is, to be given more of; 0: none
	Address string                                               // network it comes from, to slow down who guesses
	Live    func(ctx context.Context) (grantID int64, err error) // finds a grant that the code leads to already, fault.NotFound when it does not; nil: nobody asks
}

// full is a voucher with its batch.
type full struct {
	Voucher
	batch Batch
}

// Redeem gives a voucher its grant, once; whoever brings it again while that lives gets the same. fault.NotFound "code.unknown" for a code that is none,
// is void or was not signed out; fault.Conflict "voucher.used", "voucher.expired", "voucher.other_site".
func (s *Service) Redeem(ctx context.Context, r Redemption) (grantID int64, err error) {
	if err := s.guard.wait(ctx, r); err != nil {
		return 0, err
	}
	if r.Live != nil {
		if grantID, err = r.Live(ctx); !fault.Is(err, fault.NotFound) {
			return grantID, err
		}
	}
	v, err := s.byCode(ctx, r.Code)
	if err == nil {
		grantID, err = s.redeem(ctx, v, r)
	} else if fault.KeyOf(err) == "voucher.not_found" {
		err = unknown()
	}
	if fault.KeyOf(err) == "code.unknown" {
		s.guard.wrong(r)
		if v.tooEarly() {
			s.guard.alarm(v.ID)
		}
	}
	return grantID, err
}

// Open is Redeem for access.Admit.
func (s *Service) Open(ctx context.Context, code access.Code, siteID int64, mac access.MAC) (access.Cause, error) {
	r := Redemption{Code: code, SiteID: siteID, Place: access.Place{MAC: mac}, Address: string(mac)}
	if !s.guard.calm(r) { // a router does not wait
		s.guard.wrong(r)
		return access.CauseUnknown, nil
	}
	_, err := s.Redeem(ctx, r)
	causes := map[string]access.Cause{"code.unknown": access.CauseUnknown, "voucher.used": access.CauseEnded, "voucher.expired": access.CauseExpired,
		"voucher.other_site": access.CauseOtherSite}
	if cause, known := causes[fault.KeyOf(err)]; known {
		return cause, nil
	}
	return access.CauseOK, err
}

func unknown() error { return fault.New(fault.NotFound, "code.unknown") }

// tooEarly says that the voucher is in a drawer.
func (v full) tooEarly() bool {
	return v.ID != 0 && v.batch.State != Cancelled && !v.batch.Live && (v.State == Made || v.State == Printed || v.State == Returned)
}

// refused says why a voucher that is not used may not be used now; nil when it may.
func (v full) refused(siteID int64, now time.Time, place func(int64) string) error {
	out := false
	for _, state := range v.batch.usableIn() {
		out = out || v.State == state
	}
	switch {
	case !out && v.State != Expired:
		return unknown()
	case v.State == Expired && v.Was != "" && !wasOut(v.batch, v.Was):
		return unknown()
	case v.State == Expired || !v.ExpiresAt.IsZero() && !now.Before(v.ExpiresAt):
		return fault.New(fault.Conflict, "voucher.expired")
	case v.batch.SiteID != 0 && v.batch.SiteID != siteID:
		return fault.New(fault.Conflict, "voucher.other_site", "Site", place(v.batch.SiteID))
	}
	return nil
}

func wasOut(b Batch, was State) bool { return b.Live || was == SignedOut || was == Sold }

func (s *Service) redeem(ctx context.Context, v full, r Redemption) (grantID int64, err error) {
	if v.State != Used {
		if err := v.refused(r.SiteID, s.Plan.Now(), s.siteName); err != nil {
			return 0, err
		}
		err = s.DB.InTx(ctx, func(tx *db.Tx) error {
			grantID, err = s.take(tx, v, r)
			return err
		})
		if err != nil || grantID != 0 {
			return grantID, err
		}
		if v, err = s.byCode(ctx, r.Code); err != nil { // another was faster
			return 0, err
		}
		if v.State != Used {
			return 0, v.refused(r.SiteID, s.Plan.Now(), s.siteName)
		}
	}
	g, _, _, err := s.Grants.View(ctx, v.GrantID)
	if err != nil {
		return 0, err
	}
	here := g.SiteID == 0 || g.SiteID == r.SiteID
	if cause, _ := access.Decide(g, s.Plan.Now(), time.UTC); g.State == access.Ended || cause.Over() {
		return 0, fault.New(fault.Conflict, "voucher.used")
	}
	if !here {
		return 0, fault.New(fault.Conflict, "voucher.other_site", "Site", s.siteName(g.SiteID))
	}
	return g.ID, nil
}

func (s *Service) siteName(id int64) string {
	here, _, err := s.Sites.Get(id)
	if err != nil {
		return ""
	}
	return here.Name
}

// take is the one redemption of a voucher; 0 when it is not to be had any more.
func (s *Service) take(tx *db.Tx, v full, r Redemption) (int64, error) {
	now := s.Plan.Now()
	paid, won, err := s.takeVoucher(tx, v, now)
	if err != nil || !won {
		return 0, err
	}
	if err := s.insertUse(tx, v, r.SiteID, now); err != nil {
		return 0, err
	}
	o := access.Offer{Source: v.source(), SiteID: v.batch.SiteID, Plan: v.batch.PlanKey, Segment: v.batch.Segment, Owner: "voucher:" + key(v.ID),
		Limits: v.batch.Limits, Place: r.Place, Code: r.Code}
	if r.Onto != 0 {
		onto, _, _, err := s.Grants.View(tx.Context(), r.Onto)
		if err != nil {
			return 0, err
		}
		o.Owner, o.Place = onto.Owner, onto.Place
	}
	given, err := s.give(tx, o)
	if fault.KeyOf(err) == "grant.ended" { // its plan's fixed end is past
		return 0, fault.New(fault.Conflict, "voucher.expired")
	}
	if err != nil {
		return 0, err
	}
	if err := s.setGrant(tx, v.ID, given.GrantID); err != nil {
		return 0, err
	}
	return given.GrantID, s.bookUse(tx, v, paid, given.GrantID)
}

// give gives a voucher's grant its code as log-in. Where somebody was given that for a name just while the code was made, the grant gets a code of its
// own: who paid for the voucher is served all the same.
func (s *Service) give(tx *db.Tx, o access.Offer) (given access.Given, err error) {
	err = tx.Savepoint(func() error {
		given, err = s.Grants.Give(tx, o)
		return err
	})
	if fault.KeyOf(err) != "login.taken" {
		return given, err
	}
	o.Code = ""
	return s.Grants.Give(tx, o)
}

func (v Voucher) source() access.Source { return access.Source{Kind: SourceVoucher, Key: key(v.ID)} }

// Card is what a used voucher was.
type Card struct {
	Batch   Batch
	Voucher Voucher
}

// OfGrant is the voucher that a grant was made of; fault.NotFound "voucher.not_found" when it was none.
func (s *Service) OfGrant(ctx context.Context, grantID int64) (Card, error) {
	v, err := s.firstOfGrant(ctx, grantID)
	return Card{v.batch, v.Voucher}, err
}
