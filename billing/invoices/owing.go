package invoices

import (
	"context"
	"fmt"

	"mtandao/internal/db"
	"mtandao/internal/witness"
)

// TurnOwing writes anew who owes what where, since it was written, a day has made more of it late. Until it has, the list of who owes is read from the bills.
func (s *Service) TurnOwing(ctx context.Context) error {
	for ctx.Err() == nil {
		ids, err := s.turned(ctx, s.today(), atOnce)
		if err != nil || len(ids) == 0 {
			return err
		}
		if err := s.DB.InTx(ctx, func(tx *db.Tx) error { return s.weigh(tx, ids...) }); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// MendOwing writes anew what the list of who owes has otherwise than the bills, and tells how many customers these were: while a new version comes to each node,
// that of before changes bills and does not know the list.
func (s *Service) MendOwing(ctx context.Context) (mended int, err error) {
	for ctx.Err() == nil {
		ids, err := s.owingOtherwise(ctx, s.today(), atOnce)
		if err != nil || len(ids) == 0 {
			return mended, err
		}
		if err := s.DB.InTx(ctx, func(tx *db.Tx) error { return s.weigh(tx, ids...) }); err != nil {
			return mended, err
		}
		mended += len(ids)
	}
	return mended, ctx.Err()
}

func (s *Service) auditOwing(ctx context.Context, tell witness.Tell) error {
	ids, err := s.owingOtherwise(ctx, s.today(), mostTold)
	for _, id := range ids {
		tell("the list of who owes has customer %d otherwise than their invoices", id)
	}
	if err != nil {
		return fmt.Errorf("who owes: %w", err)
	}
	return nil
}
