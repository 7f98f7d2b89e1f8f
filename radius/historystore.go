package radius

import (
	"context"

	"mtandao/internal/db"
)

// PastOf lists the closed sessions of a grant, newest first, at most 100.
func (s *Service) PastOf(ctx context.Context, grantID int64) ([]Over, error) {
	var all []Over
	err := s.db.Read(ctx).Where("grant_id = ?", grantID).Order("ended_at DESC").Limit(mostSessions).Find(&all).Error
	return all, db.Fault(err)
}

// AttemptsOf lists the tries of an enforcement in their order, at most 100.
func (s *Service) AttemptsOf(ctx context.Context, enforcementID int64) ([]Attempt, error) {
	var all []Attempt
	err := s.db.Read(ctx).Where("enforcement_id = ?", enforcementID).Order("attempt").Limit(mostSessions).Find(&all).Error
	return all, db.Fault(err)
}
