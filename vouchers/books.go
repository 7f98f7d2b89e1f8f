package vouchers

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"mtandao/billing/ledger"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/jobs"
	"mtandao/internal/money"
	"mtandao/radius/access"
)

// Kinds of entries in the books.
const (
	entryDeed    = "voucher deed"
	entryUsed    = "voucher used"
	entryExpired = "voucher expired"
	entryEarned  = "voucher earned"
)

// SourceVoided is the kind of the source that takes away what a killed voucher gave.
const SourceVoided = "voucher void"

func (v Voucher) voided() access.Source { return access.Source{Kind: SourceVoided, Key: key(v.ID)} }

// party names a batch in the books.
func (b Batch) party() string { return "batch:" + key(b.ID) }

func (b Batch) worth(n int) money.Amount {
	return money.Amount{Cents: b.Price.Cents * int64(n), Currency: b.Price.Currency}
}

// partyOf: only accounts that are of batches tell which.
func (b Batch) partyOf(account string) string {
	if account == ledger.Vouchers || account == ledger.VouchersOwed {
		return b.party()
	}
	return ""
}

func (s *Service) bookDeed(tx *db.Tx, b Batch, d Deed, m move, moved, first, n int) (cents int64, err error) {
	sum := b.worth(moved)
	if m.debit == "" || sum.IsZero() {
		return 0, nil
	}
	tax, err := s.taxKept(tx, b, d, m, moved)
	if err != nil {
		return 0, err
	}
	_, err = s.Ledger.Post(tx, ledger.Entry{Kind: entryDeed, Source: fmt.Sprintf("deed:%d:%d:%d", d.ID, first, n), At: s.Clock.Now(),
		Memo: fmt.Sprintf("%s %d of batch %d", d.Kind, moved, b.Number), Postings: append([]ledger.Posting{
			{Account: m.debit, Party: b.partyOf(m.debit), Amount: sum}, {Account: m.credit, Party: b.partyOf(m.credit), Amount: sum.Neg()}}, tax...)})
	return sum.Cents, err
}

// bookUse: what a voucher was sold for is now held for its grant; when nobody paid yet, whoever had it to sell owes it.
func (s *Service) bookUse(tx *db.Tx, v full, paid bool, grantID int64) error {
	if v.batch.Price.IsZero() {
		return nil
	}
	from := ledger.VouchersOwed
	if paid {
		from = ledger.Vouchers
	}
	tax, err := s.taxOf(tx, v.batch, 1, clock.DayOf(s.Clock.Now()))
	if err != nil {
		return err
	}
	postings := []ledger.Posting{{Account: from, Party: v.batch.party(), Amount: v.batch.Price}, {Account: ledger.PrepaidService, Party: "grant:" + key(grantID), Amount: v.batch.Price.Neg()}}
	_, err = s.Ledger.Post(tx, ledger.Entry{Kind: entryUsed, Source: "voucher:" + key(v.ID), At: s.Clock.Now(), Memo: "voucher " + Serial(v.batch.Number, v.Serial),
		Postings: append(postings, ledger.TaxAhead("grant:"+key(grantID), tax.Excise, tax.VAT)...)})
	return err
}

// earn handles "grant ended": what vouchers gave the grant is earned, or was never used.
func (s *Service) earn(ctx context.Context, j jobs.Job) error {
	var f access.Fact
	if err := j.Decode(&f); err != nil {
		return err
	}
	g, _, _, err := s.Grants.View(ctx, f.GrantID)
	if err != nil {
		return err
	}
	account := ledger.InternetSales
	if g.FirstUsedAt.IsZero() {
		account = ledger.Breakage
	}
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		sum, err := s.worthOfGrant(tx, f.GrantID)
		if err != nil || !sum.IsPositive() {
			return err
		}
		party := "grant:" + key(f.GrantID)
		tax, err := s.taxUsed(tx, f.GrantID, account)
		if err != nil {
			return err
		}
		_, err = s.Ledger.Post(tx, ledger.Entry{Kind: entryEarned, Source: party, At: s.Clock.Now(), Memo: "grant ended: " + g.EndCause,
			Postings: append([]ledger.Posting{{Account: ledger.PrepaidService, Party: party, Amount: sum}, {Account: account, Amount: sum.Neg()}}, tax...)})
		return err
	})
}

// Expire writes down which vouchers are past their dates: what was paid for them is the provider's. Call it every minute on one node.
func (s *Service) Expire(ctx context.Context) error {
	for _, state := range unused {
		for {
			now := s.Plan.Now()
			due, err := s.dueIn(ctx, state, now)
			if err != nil {
				return err
			}
			if len(due) == 0 {
				break
			}
			if err := s.DB.InTx(ctx, func(tx *db.Tx) error { return s.expireSome(tx, due, now) }); err != nil {
				return err
			}
		}
	}
	return nil
}

// expireSome lets vouchers of one state expire, each batch in an entry of its own.
func (s *Service) expireSome(tx *db.Tx, due []Voucher, now time.Time) error {
	slices.SortFunc(due, func(a, b Voucher) int { return int(min(max(a.ID-b.ID, -1), 1)) })
	byBatch := map[int64][]int64{}
	for _, v := range due {
		byBatch[v.BatchID] = append(byBatch[v.BatchID], v.ID)
	}
	for _, id := range slices.Sorted(maps.Keys(byBatch)) { // all lock batches in one order
		vouchers := byBatch[id]
		b, err := s.batchIn(tx, id)
		if err != nil {
			return err
		}
		lost, err := s.expireVouchers(tx, vouchers, due[0].State, now)
		if err != nil {
			return err
		}
		if sum := b.worth(lost); !sum.IsZero() {
			tax, err := s.taxOf(tx, b, lost, clock.DayOf(s.Clock.Now()))
			if err != nil {
				return err
			}
			if _, err := s.Ledger.Post(tx, ledger.Entry{Kind: entryExpired, Source: "expiry:" + key(tx.ID()), At: s.Clock.Now(),
				Memo: fmt.Sprintf("%d of batch %d expired", lost, b.Number), Postings: append([]ledger.Posting{
					{Account: ledger.Vouchers, Party: b.party(), Amount: sum}, {Account: ledger.Breakage, Amount: sum.Neg()}}, ledger.TaxBack(ledger.Breakage, -tax.Excise, -tax.VAT)...)}); err != nil {
				return err
			}
		}
	}
	return nil
}
