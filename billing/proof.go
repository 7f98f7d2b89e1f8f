package billing

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"mtandao/billing/ledger"
	"mtandao/internal/witness"
)

// receiptKinds are the kinds of entries that speak of a receipt.
var receiptKinds = []string{EntryMoneyIn, entryMoved, entryMerged, entryNumbered, entryTraced, EntryRefundOwed, EntryReversed}

// Audit reads every receipt with its order and payment and tells see what is not as the books say, in words that name the row.
func (s *Service) Audit(ctx context.Context, see func(what string)) error {
	for after := int64(0); ; {
		page, err := s.receiptsToProve(ctx, after)
		if err != nil {
			return err
		}
		if len(page) == 0 {
			return s.auditGraces(ctx, see)
		}
		said, err := s.saidOf(ctx, page)
		if err != nil {
			return err
		}
		for _, r := range page {
			wrong := s.audit(r, said[r.ID])
			if len(wrong) > 0 {
				if wrong, err = s.auditAgain(ctx, r.ID, wrong); err != nil {
					return err
				}
			}
			for _, what := range wrong {
				see(what)
			}
			after = r.ID
		}
	}
}

// auditGraces: each grace is as it was written.
func (s *Service) auditGraces(ctx context.Context, see func(what string)) error {
	for after, last := int64(0), int64(-1); last != 0; after = last {
		err := witness.Steady(see, func(tell witness.Tell) (err error) { // one may be charged between the readings
			var changed []wrongGrace
			last, changed, err = s.changedGraces(ctx, after)
			for _, g := range changed {
				tell("grace %d of order %d %s", g.id, g.order, g.why)
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return s.graces.TellGone(ctx, witness.To(see), "grace")
}

// auditAgain: while the program takes money a receipt may change between the reading of its rows and of the books.
func (s *Service) auditAgain(ctx context.Context, receiptID int64, wrong []string) ([]string, error) {
	for try := 0; try < 3 && len(wrong) > 0; try++ {
		r, err := s.receiptToProve(ctx, receiptID)
		if err != nil {
			return wrong, err
		}
		said, err := s.saidOf(ctx, []provenReceipt{r})
		if err != nil {
			return wrong, err
		}
		wrong = s.audit(r, said[r.ID])
	}
	return wrong, nil
}

// saidOf is the newest word of the books about each receipt.
func (s *Service) saidOf(ctx context.Context, page []provenReceipt) (map[int64]ledger.Proof, error) {
	first, last := receiptParty(page[0].ID), receiptParty(page[0].ID)
	for _, r := range page {
		first, last = min(first, receiptParty(r.ID)), max(last, receiptParty(r.ID))
	}
	words, err := s.Ledger.Proofs(ctx, receiptKinds, first, last+";") // ';' follows ':'
	said := map[int64]ledger.Proof{}
	for _, w := range words {
		said[receiptOfSource(w.Source)] = w
	}
	return said, err
}

// audit compares one receipt with the books.
func (s *Service) audit(r provenReceipt, said ledger.Proof) (wrong []string) {
	tell := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	parts := strings.Split(said.Proof, ":")
	if len(parts) != 3 {
		tell("receipt %d has no entry that speaks of it", r.ID)
		return wrong
	}
	if !s.saysReceipt(r.receiptRow, parts[0]) {
		tell("receipt %d is not what entry %d says it was", r.ID, said.EntryID)
	}
	bought := r.Placed == PlacedOrder || r.OrderID != 0 && (r.Placed == PlacedFloat || r.Placed == PlacedAccount)
	if o := r.order; bought && (o == nil || o.digest() != parts[1]) {
		tell("order %d of receipt %d is not what entry %d says it was", r.OrderID, r.ID, said.EntryID)
	} else if o != nil && !s.sealedRight(*o) {
		tell("order %d has a phone or a token that is not its own", o.ID)
	}
	p := r.payment
	if r.PaymentID != 0 && (p == nil || p.digest() != parts[2]) {
		tell("payment %d of receipt %d is not what entry %d says it was", r.PaymentID, r.ID, said.EntryID)
	} else if p != nil && p.State != string(PaymentPaid) && !r.ArrivedAt.Before(p.CreatedAt) {
		tell("payment %d has brought receipt %d and is %s", p.ID, r.ID, p.State)
	}
	return wrong
}

// saysReceipt: the payer's hash may be of any key, for the receipt is older than the newest.
func (s *Service) saysReceipt(r receiptRow, digest string) bool {
	payer, err := s.Keys.Open(purposePhone, r.Payer)
	if err != nil {
		return false
	}
	for _, hash := range s.lookups(purposePhone, string(payer)) {
		if r.digest(hash) == digest {
			return true
		}
	}
	return false
}

// receiptOfSource reads the receipt's id out of an entry's source: receipt:ID or receipt:ID:which.
func receiptOfSource(source string) int64 {
	text, _, _ := strings.Cut(strings.TrimPrefix(source, "receipt:"), ":")
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// sealedRight: what is sealed opens, and is what the hashes beside it are of.
func (s *Service) sealedRight(o orderRow) bool {
	phone, err := s.Keys.Open(purposePhone, o.Phone)
	if err != nil || !slices.Contains(s.lookups(purposePhone, string(phone)), o.PhoneHash) {
		return false
	}
	token, err := s.Keys.Open(purposeToken, o.Token)
	return err == nil && slices.Contains(s.lookups(purposeToken, string(token)), o.TokenHash)
}
