package vouchers

import (
	"context"
	"fmt"

	"mtandao/billing/ledger"
	"mtandao/internal/witness"
)

// Audit tells see which batches, vouchers and deeds are not as they were written, and which batches are not in the books what they are in their
// vouchers: by state × price.
func (s *Service) Audit(ctx context.Context, see func(what string)) error {
	for after := int64(0); ; {
		page, changed, err := s.counted(ctx, after)
		if err != nil {
			return err
		}
		for _, b := range page {
			wrong := []string{"?"}
			for try := 0; try < 3 && len(wrong) > 0; try++ { // one may be used between the two readings
				if wrong, err = s.audit(ctx, b); err != nil {
					return err
				}
			}
			if why := changed[b.ID]; why != "" {
				wrong = append(wrong, fmt.Sprintf("batch %d (%d) %s", b.Number, b.ID, why))
			}
			for _, what := range wrong {
				see(what)
			}
			if err := s.auditVouchers(ctx, b, see); err != nil {
				return err
			}
			after = b.ID
		}
		if len(page) == 0 {
			break
		}
	}
	if err := s.auditDeeds(ctx, see); err != nil {
		return err
	}
	if err := s.auditUses(ctx, see); err != nil {
		return err
	}
	return s.auditGone(ctx, see)
}

func (s *Service) audit(ctx context.Context, b Batch) (wrong []string, err error) {
	stock, err := s.Stock(ctx, b.ID)
	if err != nil {
		return nil, err
	}
	made, err := s.madeOf(ctx, b.ID)
	if err == nil && stock.All() != made {
		wrong = append(wrong, fmt.Sprintf("batch %d has %d vouchers, and says that %d were made", b.Number, stock.All(), made))
	}
	for account, n := range map[string]int{ledger.Vouchers: -stock.Unredeemed(), ledger.VouchersOwed: stock.Owed()} {
		held, e := s.Ledger.Balance(ctx, account, b.party())
		if err = e; err != nil {
			return nil, err
		}
		if want := b.worth(n); held.Cents != want.Cents {
			wrong = append(wrong, fmt.Sprintf("vouchers of batch %d are worth %d cents in account %s, and the books say %d", b.Number, want.Cents, account, held.Cents))
		}
	}
	return wrong, err
}

// mostMissing vouchers of a batch are named one by one.
const mostMissing = 20

// auditVouchers: each voucher is as it was written, and none is missing.
func (s *Service) auditVouchers(ctx context.Context, b Batch, see func(what string)) error {
	missing, next := 0, int64(1)
	miss := func(until int64) {
		for ; next < until && missing < mostMissing; missing++ {
			see(fmt.Sprintf("voucher %s is missing", Serial(b.Number, int(next))))
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
				see(fmt.Sprintf("voucher %s (%d) %s", Serial(b.Number, int(r.Serial)), r.ID, why))
			}
			next = r.Serial + 1
		}
	}
	miss(int64(b.Made) + 1)
	return nil
}

// auditDeeds: each deed is as it was written.
func (s *Service) auditDeeds(ctx context.Context, see func(what string)) error {
	for after := int64(0); ; {
		page, wrong, err := s.wrongDeeds(ctx, after)
		if err != nil || len(page) == 0 {
			return err
		}
		for _, d := range page {
			if why := wrong[d.ID]; why != "" {
				see(fmt.Sprintf("deed %d (%s) %s", d.ID, d.Kind, why))
			}
			after = d.ID
		}
	}
}

// auditUses: each first use at a site is as it was written.
func (s *Service) auditUses(ctx context.Context, see func(what string)) error {
	for after := int64(0); ; {
		last, wrong, err := s.wrongUses(ctx, after)
		if err != nil || last == 0 {
			return err
		}
		for id, why := range wrong {
			see(fmt.Sprintf("the first use of voucher %d %s", id, why))
		}
		after = last
	}
}

// auditGone: nothing that was written is gone.
func (s *Service) auditGone(ctx context.Context, see func(what string)) error {
	for what, kept := range map[string]*witness.Witness{"batch": s.seen.batches, "voucher": s.seen.vouchers, "deed": s.seen.deeds, "first use": s.seen.uses} {
		gone, err := kept.Gone(ctx)
		if err != nil {
			return err
		}
		for _, id := range gone {
			see(fmt.Sprintf("%s with the id %d is gone", what, id))
		}
	}
	return nil
}
