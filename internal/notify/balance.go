package notify

import (
	"context"
	"time"

	"mtandao/internal/fault"
)

// balanceEvery bounds how long an empty account goes unnoticed.
const balanceEvery = time.Minute

// ReadBalance asks the SMS carrier what credit is left.
func (s *Service) ReadBalance(ctx context.Context) error {
	if s.paused() {
		return nil
	}
	c, _, err := s.carrier(ctx, SMS)
	if fault.Is(err, fault.NotFound) || err == nil && c.Off {
		return nil
	}
	if err != nil {
		return err
	}
	asked, ok := s.driver(c).(teller)
	if !ok {
		return nil
	}
	left, err := asked.balance(ctx)
	if fault.Is(err, fault.NotFound) {
		return nil // this gateway does not tell
	}
	if err != nil {
		return err
	}
	return s.setBalance(ctx, SMS, left)
}

// Balance is what credit the SMS carrier had, and when; false when nobody has said yet.
func (s *Service) Balance(ctx context.Context) (left Cost, at time.Time, known bool, err error) {
	_, c, err := s.carrier(ctx, SMS)
	if fault.Is(err, fault.NotFound) {
		err = nil
	}
	return c.Cost, c.at, c.known, err
}

// BalanceSource reads the balance for the rule RuleBalance.
func (s *Service) BalanceSource(ctx context.Context) ([]Reading, error) {
	left, _, known, err := s.Balance(ctx)
	if err != nil || !known {
		return nil, err
	}
	return []Reading{{Value: left.Whole()}}, nil
}
