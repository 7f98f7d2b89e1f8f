package billing

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"mtandao/billing/ledger"
	"mtandao/internal/db"
)

// The books keep, with each entry about a receipt, a digest of the rows that it speaks of: the receipt, the order that it
// serves and the payment that asked for it. The chain of the books so holds these rows too: one changed behind the
// program's back is not what the newest entry of its receipt says.

// receiptKinds are the kinds of entries that speak of a receipt.
var receiptKinds = []string{EntryMoneyIn, entryMoved, entryMerged, entryNumbered, entryTraced, EntryRefundOwed}

// shortDigest is as much of a SHA-256 as three of them fit into a proof.
const shortDigest = 40

func digestOf(parts ...any) string {
	sum := sha256.New()
	for _, p := range parts {
		text := fmt.Sprint(p)
		if at, ok := p.(time.Time); ok {
			text = fmt.Sprint(at.UnixMilli())
		}
		fmt.Fprintf(sum, "%d:%s;", len(text), text)
	}
	return hex.EncodeToString(sum.Sum(nil))[:shortDigest]
}

// digest of a receipt; payer is the keyed hash of who paid as the rail told, for the column itself is sealed.
func (r receiptRow) digest(payer string) string {
	number := ""
	if r.Receipt != nil {
		number = *r.Receipt
	}
	return digestOf(r.ID, r.TillID, number, r.CameBy, r.Amount.Cents, r.Amount.Currency, r.PaymentID, r.OrderID, r.Placed, r.PayerHash,
		payer, r.Reference, r.MergedInto, r.ArrivedAt, r.CreatedAt)
}

// digest of an order that is paid; its sealed columns are proven by the hashes beside them.
func (r orderRow) digest() string {
	paidAt := time.Time{}
	if r.PaidAt != nil {
		paidAt = *r.PaidAt
	}
	return digestOf(r.ID, r.Code, r.TokenHash, r.OnceHash, r.SiteID, r.PlanID, r.PlanKey, r.PlanNameEN, r.PlanNameSW, r.Segment, r.Price.Cents,
		r.Price.Currency, r.Limits, r.PhoneHash, r.PhoneMask, r.RouterID, r.MAC, r.IP, r.Visit, r.Lang, r.State, r.GrantID, r.How, r.CreatedAt, paidAt)
}

// digest of what was settled when the payment was made; its course since is the rail's word, on which no money depends.
func (r paymentRow) digest() string {
	return digestOf(r.ID, r.OrderID, r.TillID, r.Rail, r.Amount.Cents, r.Amount.Currency, r.PhoneHash, r.SecretHash, r.CreatedAt)
}

// Audit reads every receipt with its order and payment and tells see what is not as the books say, in words that name the row.
func (s *Service) Audit(ctx context.Context, see func(what string)) error {
	for after := int64(0); ; {
		page, err := s.receiptsToProve(ctx, after)
		if err != nil || len(page) == 0 {
			return err
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
	if o := r.order; r.Placed == PlacedOrder && (o == nil || o.digest() != parts[1]) {
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

// proofOf is what an entry says of a receipt's rows as they are now, inside the transaction that changed them.
func (s *Service) proofOf(tx *db.Tx, receiptID int64) (string, error) {
	r, err := s.proven(tx, receiptID)
	if err != nil {
		return "", err
	}
	payer, err := s.Keys.Open(purposePhone, r.Payer)
	if err != nil {
		return "", err
	}
	parts := [3]string{r.digest(s.lookup(purposePhone, string(payer)))}
	if r.order != nil && r.Placed == PlacedOrder {
		parts[1] = r.order.digest()
	}
	if r.payment != nil {
		parts[2] = r.payment.digest()
	}
	return strings.Join(parts[:], ":"), nil
}

// post puts an entry about a receipt into the books, with the digest of its rows.
func (s *Service) post(tx *db.Tx, receiptID int64, e ledger.Entry) error {
	var err error
	if e.Proof, err = s.proofOf(tx, receiptID); err == nil {
		_, err = s.Ledger.Post(tx, e)
	}
	return err
}

// postNumbered tells the books what was learnt of a receipt; no money moves.
func (s *Service) postNumbered(tx *db.Tx, kind string, r Receipt) error {
	nothing := r.Amount
	nothing.Cents = 0
	till := ledger.Posting{Account: ledger.TillClearing, Party: tillParty(r.TillID), Amount: nothing}
	return s.post(tx, r.ID, ledger.Entry{Kind: kind, Source: receiptParty(r.ID) + ":" + id(tx.ID()), At: s.Clock.Now(), Memo: "receipt " + r.Number,
		Postings: []ledger.Posting{till, till}})
}
