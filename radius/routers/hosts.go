package routers

import (
	"slices"
	"strings"

	"mtandao/internal/db"
	"mtandao/internal/fault"
)

// AddLoginHosts lets the log-in addresses of a router have these hosts too. fault.Conflict "router.differs_again": they were
// changed meanwhile.
func (s *Service) AddLoginHosts(tx *db.Tx, r Router, hosts []string) error {
	was := strings.Join(r.LoginHosts, " ")
	r.LoginHosts = slices.Concat(r.LoginHosts, hosts)
	r = r.withDefaults()
	if err := r.validateLoginHosts(); err != nil {
		return err
	}
	won, err := storeLoginHosts(tx, r, was)
	if err != nil {
		return err
	}
	if !won {
		return fault.New(fault.Conflict, "router.differs_again")
	}
	s.refreshAfter(tx)
	return nil
}
