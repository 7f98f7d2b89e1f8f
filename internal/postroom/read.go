package postroom

import (
	"cmp"
	"context"
	"errors"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/mailbox"
)

const (
	// Every is how often the mailbox is looked into.
	Every = time.Minute
	// readFor bounds one look: whatever is left is taken by the next.
	readFor  = 50 * time.Second
	mostTold = 200
	// lookBack is how many numbers before the newest are looked at again: servers may show two in another order than they number them.
	lookBack = 200
)

// Read takes what is new in the mailbox. What goes wrong with the mailbox is kept for the page and the alarm, and is no fault of the work.
func (s *Service) Read(ctx context.Context) error {
	if s.Paused != nil && s.Paused() {
		return nil
	}
	b, err := s.loadNow(ctx)
	if fault.Is(err, fault.NotFound) || err == nil && b.account.Off {
		return nil
	}
	if err != nil {
		return err
	}
	within, cancel := context.WithTimeout(ctx, readFor)
	defer cancel()
	low, taken, err := s.visit(within, &b)
	reason := ""
	if err != nil && (within.Err() == nil || taken == 0 && ctx.Err() == nil) { // a look that ends with its time has taken something
		s.Log.Warn("mailbox not read", "error", err)
		reason = cmp.Or(fault.KeyOf(err), "internal")
	}
	return errors.Join(s.DB.InTx(context.WithoutCancel(ctx), func(tx *db.Tx) error { return s.went(tx, b, low, reason) }), ours(err))
}

// ours is what went wrong on our side of the line.
func ours(err error) error {
	if fault.Is(err, fault.Internal) {
		return err
	}
	return nil
}

// visit reads the mailbox and gives the number from which on the next visit looks, and how many e-mails it took.
func (s *Service) visit(ctx context.Context, b *box) (low uint32, taken int, err error) {
	open, err := mailbox.Open(ctx, b.account.Account, s.Roots)
	if err != nil {
		return b.low, 0, err
	}
	defer open.Close()
	if b.validity != open.Validity {
		if err := s.startAt(ctx, b, open); err != nil {
			return b.low, 0, err
		}
	}
	all, err := open.From(b.low)
	if err != nil {
		return b.low, 0, err
	}
	known, err := s.known(ctx, *b, b.low)
	if err != nil {
		return b.low, 0, err
	}
	low = b.low
	var stuck error
	for _, uid := range all {
		if known[uid] {
			continue
		}
		switch err := s.fetch(ctx, *b, open, uid); {
		case fault.Is(err, fault.Unavailable):
			return b.low, taken, err
		case err != nil: // one that cannot be taken keeps no other from it
			stuck = errors.Join(stuck, err)
		default:
			taken++
		}
	}
	if stuck != nil {
		return b.low, taken, stuck
	}
	if n := len(all); n > 0 && all[n-1] > lookBack {
		low = max(low, all[n-1]-lookBack)
	}
	return low, taken, s.putAway(ctx, *b, open)
}

// startAt finds where to begin in a folder that we do not know, or that was numbered anew: at what arrived since it was set up, or a day before it was
// last read; what was taken before is known by what it says.
func (s *Service) startAt(ctx context.Context, b *box, open *mailbox.Box) error {
	since := b.saved
	if day := b.readAt.AddDate(0, 0, -1); b.validity != 0 && day.After(since) {
		since = day
	}
	found, err := open.Since(since)
	if err != nil {
		return err
	}
	low := open.Next
	if len(found) > 0 {
		low = found[0].UID
	} else if low == 0 { // the server does not say
		all, err := open.From(1)
		if err != nil {
			return err
		}
		low = append([]uint32{0}, all...)[len(all)] + 1
	}
	b.validity, b.low = open.Validity, low
	return s.DB.InTx(ctx, func(tx *db.Tx) error { return s.begin(tx, *b, b.validity, b.low) })
}

func (s *Service) fetch(ctx context.Context, b box, open *mailbox.Box, uid uint32) error {
	m, there, err := open.Fetch(uid)
	if err != nil || !there {
		return err
	}
	if err := s.between("fetched"); err != nil {
		return err
	}
	if err := s.take(ctx, b, uid, m); err != nil {
		return err
	}
	return s.between("committed")
}

// putAway tells the server of what was taken, and then ourselves that it was told.
func (s *Service) putAway(ctx context.Context, b box, open *mailbox.Box) error {
	for {
		uids, err := s.waiting(ctx, b, mostTold)
		if err != nil || len(uids) == 0 {
			return err
		}
		if err := open.PutAway(uids); err != nil {
			return err
		}
		if err := s.between("put away"); err != nil {
			return err
		}
		if err := s.DB.InTx(ctx, func(tx *db.Tx) error { return s.told(tx, b, uids) }); err != nil {
			return err
		}
	}
}
