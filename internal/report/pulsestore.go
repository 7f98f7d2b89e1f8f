package report

import (
	"context"
	"time"

	"mtandao/billing"
	"mtandao/internal/db"
)

// pushedStates are those of a payment whose prompt may have left; each is one stretch of the index.
var pushedStates = []billing.PaymentState{billing.PaymentPaid, billing.PaymentFailed, billing.PaymentExpired, billing.PaymentUnknown, billing.PaymentSent}

// mostCounted is enough to tell a percentage.
const mostCounted = 5000

func (p *Pulse) countPrompts(ctx context.Context, since, until time.Time) (paid, all int64, err error) {
	for _, state := range pushedStates {
		var n int64
		limited := p.db.Read(ctx).Table("payments").Select("id").
			Where("state = ? AND created_at >= ? AND created_at < ? AND pushed_at IS NOT NULL", state, since, until).Limit(mostCounted)
		if err := p.db.Read(ctx).Table("(?) AS some", limited).Count(&n).Error; err != nil {
			return 0, 0, db.Fault(err)
		}
		all += n
		if state == billing.PaymentPaid {
			paid = n
		}
	}
	return paid, all, nil
}

// lastMessage is when the rail last told us anything; zero for never.
func (p *Pulse) lastMessage(ctx context.Context) (time.Time, error) {
	var at []time.Time
	err := p.db.Read(ctx).Table("rail_inbox").Order("id DESC").Limit(1).Pluck("received_at", &at).Error
	if err != nil || len(at) == 0 {
		return time.Time{}, db.Fault(err)
	}
	return at[0], nil
}

func (p *Pulse) firstPromptAfter(ctx context.Context, after time.Time) (first time.Time, err error) {
	for _, state := range pushedStates {
		var at []time.Time
		err := p.db.Read(ctx).Table("payments").Where("state = ? AND created_at > ? AND pushed_at IS NOT NULL", state, after).
			Order("created_at").Limit(1).Pluck("created_at", &at).Error
		if err != nil {
			return first, db.Fault(err)
		}
		if len(at) > 0 && (first.IsZero() || at[0].Before(first)) {
			first = at[0]
		}
	}
	return first, nil
}
