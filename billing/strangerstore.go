package billing

import (
	"context"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/fault"
)

// A message to a secret address that nobody was told is a stranger's: addresses are stored before the rail learns them. It
// is kept for a while, for a person who looks for what was lost, and then forgotten: strangers must not fill the disk, nor
// the log with a line each.
const (
	inboxStranger   = "stranger"
	strangerKept    = 24 * time.Hour
	strangersAtOnce = 200 // in one transaction, so that payments are not kept waiting
	addressUnknown  = "callback.unknown_address"
)

// byAddress makes of "not found" that the address is nobody's.
func byAddress(err error) error {
	if err = db.Fault(err); fault.Is(err, fault.NotFound) {
		return fault.Wrap(fault.NotFound, addressUnknown, err)
	}
	return err
}

// ForgetStrangers deletes the strangers' messages of more than a day ago; call it every minute on one node.
func (s *Service) ForgetStrangers(ctx context.Context) error {
	forgotten := 0
	for n := strangersAtOnce; n == strangersAtOnce; forgotten += n {
		var err error
		if n, err = s.forgetSome(ctx, s.Clock.Now().Add(-strangerKept)); err != nil {
			return err
		}
	}
	if forgotten > 0 {
		s.Log.Warn("messages to addresses of nobody forgotten: set the addresses that may call", "messages", forgotten)
	}
	return nil
}

func (s *Service) forgetSome(ctx context.Context, before time.Time) (n int, err error) {
	var ids []int64
	err = s.DB.Read(ctx).Model(&inboxRow{}).Where("state = ? AND received_at < ?", inboxStranger, before).Order("received_at").
		Limit(strangersAtOnce).Pluck("id", &ids).Error
	if err != nil || len(ids) == 0 {
		return 0, db.Fault(err)
	}
	return len(ids), s.DB.InTx(ctx, func(tx *db.Tx) error {
		return db.Fault(tx.Gorm().Where("id IN ? AND state = ?", ids, inboxStranger).Delete(&inboxRow{}).Error)
	})
}
