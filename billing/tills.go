package billing

import (
	"context"

	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/seal"
)

// ValidateTill says what is wrong with a till, field by field; fault.Invalid "till.…".
func ValidateTill(t Till) error {
	checks := []struct {
		bad bool
		key string
	}{
		{t.Key == "" || len(t.Key) > 40, "till.key"},
		{t.Type != TillPaybill && t.Type != TillBuyGoods, "till.type"},
		{!digits(t.ShortCode, 5, 7), "till.short_code"},
		{t.Type == TillBuyGoods && !digits(t.StoreNumber, 5, 7), "till.store_number"},
		{(t.PartyB != "" || t.Type == TillBuyGoods) && !digits(t.PartyB, 5, 7), "till.party_b"},
		{t.ConsumerKey == "" || t.ConsumerSecret == "", "till.consumer"},
		{t.Passkey == "", "till.passkey"},
		{t.PayoutCode != "" && !digits(t.PayoutCode, 5, 7), "till.payout_code"},
		{t.PayoutCode != "" && t.Initiator == "", "till.payout_operator"},
		{t.Initiator != "" && (t.InitiatorPassword == "" || t.Certificate == ""), "till.initiator"},
		{t.BaseURL == "", "till.base_url"},
	}
	for _, c := range checks {
		if c.bad {
			return fault.New(fault.Invalid, c.key)
		}
	}
	return nil
}

func digits(s string, least, most int) bool {
	for _, r := range s {
		if r < '0' || r > '9' {
			return false
		}
	}
	return len(s) >= least && len(s) <= most
}

// answersTo says whether money paid to this code is this till's.
func (t Till) answersTo(code string) bool {
	return code != "" && (code == t.ShortCode || code == t.StoreNumber || code == t.PartyB)
}

// SaveTill stores a till and the sites it takes money for; a till without sites takes it for every site that has none.
func (s *Service) SaveTill(tx *db.Tx, t Till) (Till, error) {
	if err := ValidateTill(t); err != nil {
		return t, err
	}
	if t.State == "" {
		t.State = TillLive
	}
	if t.CallbackSecret == "" {
		t.CallbackSecret = seal.RandomHex(16)
	}
	return s.storeTill(tx, t)
}

// TillFor is the till that takes a site's money; fault.Unavailable "till.missing".
func (s *Service) TillFor(ctx context.Context, siteID int64) (Till, error) {
	t, err := s.tillOfSite(ctx, siteID)
	if missing, err := notFoundIs(err); err != nil || !missing {
		return t, err
	}
	if t, err = s.commonTill(ctx); fault.Is(err, fault.NotFound) {
		err = fault.New(fault.Unavailable, "till.missing")
	}
	return t, err
}

// Registered says whether the rail knows where to confirm money paid to the till by hand; without that it is not seen here.
func (s *Service) Registered(ctx context.Context, t Till) bool {
	return s.PublicURL != "" && s.registeredAt(ctx, t.ID) == s.PublicURL
}

// RegisteredAt is the public address that the rail confirms a till's payments to; "" for none.
func (s *Service) RegisteredAt(ctx context.Context, id int64) string { return s.registeredAt(ctx, id) }

// RegisterURLs tells the rail where to confirm money paid in by hand, once per till and public address.
func (s *Service) RegisterURLs(ctx context.Context) error {
	if s.PublicURL == "" || s.paused() {
		return nil
	}
	tills, err := s.Tills(ctx)
	if err != nil {
		return err
	}
	for _, t := range tills {
		if s.Registered(ctx, t) {
			continue
		}
		if err := s.Gateway.RegisterURLs(ctx, t, s.callback("/in/c/"+t.CallbackSecret), s.callback("/in/v/"+t.CallbackSecret)); err != nil {
			s.Log.Warn("registering a till's confirmation address", "till", t.Key, "error", err)
			continue
		}
		if err := s.setRegistered(ctx, t.ID, s.PublicURL); err != nil {
			return err
		}
	}
	return nil
}
