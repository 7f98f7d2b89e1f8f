package partners

import (
	"context"
	"time"

	"mtandao/billing/ledger"
	"mtandao/internal/clock"
	"mtandao/internal/db"
)

const (
	mostDays = 400 // shared in one run
	settles  = 15 * time.Minute
)

// Share counts the days that are over for every partner. Call it every few minutes on one node; run again it changes nothing.
func (s *Service) Share(ctx context.Context) error {
	last := s.Clock.Now().Add(-settles).In(clock.Nairobi).AddDate(0, 0, -1).Format(time.DateOnly)
	for after := int64(0); ; {
		page, err := s.after(ctx, after)
		if err != nil || len(page) == 0 {
			return err
		}
		for _, p := range page {
			for range mostDays {
				if p.next > last {
					break
				}
				if p, err = s.shareDay(ctx, p); err != nil {
					return err
				}
			}
			after = p.ID
		}
	}
}

// Today is what was sold today at a partner's sites, net, and the share of it, in cents; it is not due yet.
func (s *Service) Today(ctx context.Context, p Partner) (sold, share int64, err error) {
	now := s.Clock.Now().In(clock.Nairobi)
	from := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, clock.Nairobi)
	in, back, err := s.sales(ctx, p.Sites, from, from.AddDate(0, 0, 1))
	return in - back, shareOf(in-back, p.Share), err
}

func (s *Service) sales(ctx context.Context, sites []int64, from, to time.Time) (sold, back int64, err error) {
	for _, source := range s.Sales {
		in, out, err := source.SalesAt(ctx, sites, from.UTC(), to.UTC())
		if err != nil {
			return 0, 0, err
		}
		sold, back = sold+in, back+out
	}
	return sold, back, nil
}

// shareDay counts the next day of a partner; a closed one's counts nothing.
func (s *Service) shareDay(ctx context.Context, p Partner) (Partner, error) {
	from, err := time.ParseInLocation(time.DateOnly, p.next, clock.Nairobi)
	if err != nil {
		return p, err
	}
	e := Event{Kind: Shared, Request: "day:" + p.next, Day: p.next, Share: p.Share, By: "day's end"}
	if p.State == Active {
		if e.Sold, e.Back, err = s.sales(ctx, p.Sites, from, from.AddDate(0, 0, 1)); err != nil {
			return p, err
		}
		e.Delta = shareOf(e.Sold-e.Back, p.Share)
	}
	p.next = from.AddDate(0, 0, 1).Format(time.DateOnly)
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		now, err := s.lock(tx, p.ID)
		if err != nil || now.next != e.Day { // another runner has counted it
			return err
		}
		_, err = s.write(tx, now, e, p.next, ledger.Posting{Account: ledger.PartnerShares})
		return err
	})
	if err != nil {
		return p, err
	}
	return s.Get(ctx, p.ID)
}
