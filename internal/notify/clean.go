package notify

import (
	"context"
	"time"

	"mtandao/internal/settings"
)

const (
	cleanEvery = time.Hour
	cleanBatch = 500
)

// Clean erases messages, reports and used slots that are older than they are kept, a batch in each transaction.
func (s *Service) Clean(ctx context.Context) error {
	before := s.Clock.Now().AddDate(0, 0, -s.Settings.Int(settings.MessageKeepDays))
	for _, erase := range []func(context.Context, time.Time) (int64, error){s.eraseMessages, s.eraseReports} {
		for ctx.Err() == nil {
			n, err := erase(ctx, before)
			if err != nil {
				return err
			}
			if n < cleanBatch {
				break
			}
		}
	}
	return s.eraseSlots(ctx)
}
