package billing

import (
	"context"
	"time"

	"mtandao/internal/db"
)

// promptsSeen lists what a till was asked to prompt since a time, newest first.
func (s *Service) promptsSeen(ctx context.Context, tillID int64, since time.Time) ([]promptSeen, error) {
	var rows []paymentRow
	err := s.DB.Read(ctx).Select("state", "reason", "phone_hash", "pushed_at", "checkout_request_id", "created_at").Where("till_id = ? AND created_at >= ? AND rail = ?", tillID, since, railPrompt).
		Order("created_at DESC").Limit(mostRailSeen).Find(&rows).Error
	var all []promptSeen
	for _, r := range rows {
		all = append(all, promptSeen{state: PaymentState(r.State), reason: Reason(r.Reason), phone: r.PhoneHash, asked: r.PushedAt != nil,
			taken: r.CheckoutRequestID != nil, at: r.CreatedAt})
	}
	return all, db.Fault(err)
}
