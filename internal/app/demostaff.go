package app

import (
	"context"
	"net/netip"

	"mtandao/internal/staff"
)

// The demo's staff. Asha moves no money, so that she signs in without a second factor; the owner is asked to add one.
const (
	demoOwner    = "owner@demo.example"
	demoMember   = "asha@demo.example"
	demoPassword = "karibu mtandao"
)

// seedStaff lets somebody in; on data of an earlier demo they are there already.
func (s *Stage) seedStaff(ctx context.Context) error {
	m := s.Main.Staff
	secret, err := m.Prepare(ctx)
	if err != nil || secret == "" {
		return err
	}
	visit := staff.Visit{Address: netip.MustParseAddr("127.0.0.1"), Browser: "demo"}
	if _, err := m.MakeOwner(ctx, visit, secret, staff.Newcomer{Name: "Baraka Otieno", Email: demoOwner, Password: demoPassword, Language: "en"}); err != nil {
		return err
	}
	by := staff.By{Command: "demo", From: hostName()}
	_, link, err := m.Invite(ctx, by, demoMember, staff.Profile{Name: "Asha Wanjiru", Language: "en", Roles: []string{"cashier", "support", "technician"}})
	if err != nil {
		return err
	}
	_, _, err = m.UseLink(ctx, visit, link, demoPassword)
	return err
}
