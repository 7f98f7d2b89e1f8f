package app

import (
	"context"

	"mtandao/billing/customers"
	"mtandao/internal/cutover"
	"mtandao/portal/backoffice"
	"mtandao/radius/routers"
)

// OwnLogins are those that a router keeps itself; it is asked by its own way, through the tunnel when it is in it.
func (d routerDesk) OwnLogins(ctx context.Context, id int64) (l backoffice.RouterLogins, err error) {
	r, err := d.active(id)
	if err != nil {
		return l, err
	}
	s := d.cutover(d.mikrotik)
	would, err := s.TakeOver(ctx, r, true, customers.By{})
	if err != nil {
		return l, err
	}
	l.Ours, l.Unknown = would.Switched, would.Unknown
	l.Switched, err = s.Recorded(ctx, id)
	return l, err
}

// TakeLogins has a router ask us for whom it knew itself.
func (d routerDesk) TakeLogins(ctx context.Context, by backoffice.Author, id int64) (int, error) {
	return d.switchLogins(id, func(s *cutover.Service, r routers.Router) (cutover.Taken, error) {
		return s.TakeOver(ctx, r, false, customers.By{Actor: by.Email, From: by.From})
	})
}

// GiveLogins gives a router back those that were taken.
func (d routerDesk) GiveLogins(ctx context.Context, by backoffice.Author, id int64) (int, error) {
	return d.switchLogins(id, func(s *cutover.Service, r routers.Router) (cutover.Taken, error) {
		return s.GiveBack(ctx, r, customers.By{Actor: by.Email, From: by.From})
	})
}

func (d routerDesk) switchLogins(id int64, do func(*cutover.Service, routers.Router) (cutover.Taken, error)) (int, error) {
	r, err := d.active(id)
	if err != nil {
		return 0, err
	}
	t, err := do(d.cutover(d.mikrotik), r)
	return len(t.Switched), err
}
