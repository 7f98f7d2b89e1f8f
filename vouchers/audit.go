package vouchers

import (
	"context"

	"mtandao/billing/ledger"
	"mtandao/internal/witness"
)

// Audit tells see which batches, vouchers and deeds are not as they were written, and which batches are not in the books what they are in their
// vouchers: by state × price.
func (s *Service) Audit(ctx context.Context, see func(what string)) error {
	tell := witness.To(see)
	for after := int64(0); ; {
		page, changed, err := s.counted(ctx, after)
		if err != nil {
			return err
		}
		for _, b := range page {
			if err := witness.Steady(see, func(tell witness.Tell) error { return s.auditBatch(ctx, b, tell) }); err != nil {
				return err
			}
			if why := changed[b.ID]; why != "" {
				tell("batch %d (%d) %s", b.Number, b.ID, why)
			}
			if err := s.auditVouchers(ctx, b, tell); err != nil {
				return err
			}
			after = b.ID
		}
		if len(page) == 0 {
			break
		}
	}
	if err := s.auditDeeds(ctx, tell); err != nil {
		return err
	}
	if err := s.auditUses(ctx, tell); err != nil {
		return err
	}
	return s.auditGone(ctx, tell)
}

// auditBatch: a batch has as many vouchers as were made, which are worth what the books say.
func (s *Service) auditBatch(ctx context.Context, b Batch, tell witness.Tell) error {
	stock, err := s.Stock(ctx, b.ID)
	if err != nil {
		return err
	}
	made, err := s.madeOf(ctx, b.ID)
	if err != nil {
		return err
	}
	if stock.All() != made {
		tell("batch %d has %d vouchers, and says that %d were made", b.Number, stock.All(), made)
	}
	for account, n := range map[string]int{ledger.Vouchers: -stock.Unredeemed(), ledger.VouchersOwed: stock.Owed()} {
		held, err := s.Ledger.Balance(ctx, account, b.party())
		if err != nil {
			return err
		}
		if want := b.worth(n); held.Cents != want.Cents {
			tell("vouchers of batch %d are worth %d cents in account %s, and the books say %d", b.Number, want.Cents, account, held.Cents)
		}
	}
	return nil
}

// mostMissing vouchers of a batch are named one by one.
const mostMissing = 20

// auditVouchers: each voucher is as it was written, and none is missing.
func (s *Service) auditVouchers(ctx context.Context, b Batch, tell witness.Tell) error {
	missing, next := 0, int64(1)
	miss := func(until int64) {
		for ; next < until && missing < mostMissing; missing++ {
			tell("voucher %s is missing", Serial(b.Number, int(next)))
			next++
		}
	}
	for {
		page, err := s.rowsAfter(ctx, b.ID, next-1)
		if err != nil {
			return err
		}
		if len(page) == 0 {
			break
		}
		wrong, err := s.wrongVouchers(ctx, page)
		if err != nil {
			return err
		}
		for _, r := range page {
			miss(r.Serial)
			if why := wrong[r.ID]; why != "" {
				tell("voucher %s (%d) %s", Serial(b.Number, int(r.Serial)), r.ID, why)
			}
			next = r.Serial + 1
		}
	}
	miss(int64(b.Made) + 1)
	return nil
}

// auditDeeds: each deed is as it was written.
func (s *Service) auditDeeds(ctx context.Context, tell witness.Tell) error {
	for after := int64(0); ; {
		page, wrong, err := s.wrongDeeds(ctx, after)
		if err != nil || len(page) == 0 {
			return err
		}
		for _, d := range page {
			if why := wrong[d.ID]; why != "" {
				tell("deed %d (%s) %s", d.ID, d.Kind, why)
			}
			after = d.ID
		}
	}
}

// auditUses: each first use at a site is as it was written.
func (s *Service) auditUses(ctx context.Context, tell witness.Tell) error {
	for after := int64(0); ; {
		last, wrong, err := s.wrongUses(ctx, after)
		if err != nil || last == 0 {
			return err
		}
		for id, why := range wrong {
			tell("the first use of voucher %d %s", id, why)
		}
		after = last
	}
}

// auditGone: nothing that was written is gone.
func (s *Service) auditGone(ctx context.Context, tell witness.Tell) error {
	for what, kept := range map[string]*witness.Witness{"batch": s.seen.batches, "voucher": s.seen.vouchers, "deed": s.seen.deeds, "first use": s.seen.uses} {
		if err := kept.TellGone(ctx, tell, what+" with the id"); err != nil {
			return err
		}
	}
	return nil
}
