package access

import "mtandao/internal/db"

// Relocate has a grant serve another site, or every one (0). Its sessions at the old one go offline. fault.Conflict "grant.ended".
func (s *Service) Relocate(tx *db.Tx, grantID, siteID int64) error {
	g, err := lockLive(tx, grantID)
	if err != nil || g.SiteID == siteID {
		return err
	}
	if err := change(tx, g, map[string]any{"site_id": siteID}); err != nil {
		return err
	}
	g.SiteID = siteID
	return s.emit(tx, GrantChanged, g, CauseAddress)
}

// DropName takes a chosen name from a grant, which it then reaches no more; one that it does not have is no change. Whoever is online by it goes
// offline.
func (s *Service) DropName(tx *db.Tx, grantID int64, name string) error {
	g, err := lockLive(tx, grantID)
	if err != nil {
		return err
	}
	if err := deleteName(tx, grantID, s.keys.Lookups(loginPurpose, SpellName(name))); err != nil {
		return err
	}
	return s.emit(tx, GrantChanged, g, CauseAddress)
}

// FreeDevices takes every device off a grant.
func (s *Service) FreeDevices(tx *db.Tx, grantID int64) error {
	slots, err := slotsOf(current(tx), grantID)
	if err != nil {
		return err
	}
	for _, slot := range slots {
		if err := s.FreeSlot(tx, grantID, slot.N); err != nil {
			return err
		}
	}
	return nil
}
