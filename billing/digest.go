package billing

import (
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
		payer, r.Reference, r.MergedInto, r.ReversedCents, r.HolderID, r.ArrivedAt, r.CreatedAt)
}

// digest of an order that is paid; its sealed columns are proven by the hashes beside them.
func (r orderRow) digest() string {
	paidAt := time.Time{}
	if r.PaidAt != nil {
		paidAt = *r.PaidAt
	}
	return digestOf(r.ID, r.Code, r.TokenHash, r.OnceHash, r.SiteID, r.PlanID, r.PlanKey, r.PlanNameEN, r.PlanNameSW, r.Segment, r.Price.Cents,
		r.Price.Currency, r.ExciseCents, r.VATCents, r.Limits, r.PhoneHash, r.PhoneMask, r.RouterID, r.MAC, r.IP, r.Visit, r.Lang, r.State, r.GrantID, r.How, r.CreatedAt, paidAt)
}

// digest of what was settled when the payment was made; its course since is the rail's word, on which no money depends.
func (r paymentRow) digest() string {
	return digestOf(r.ID, r.OrderID, r.TillID, r.Rail, r.Amount.Cents, r.Amount.Currency, r.PhoneHash, r.SecretHash, r.CreatedAt)
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
	if r.order != nil && (r.Placed == PlacedOrder || r.Placed == PlacedFloat || r.Placed == PlacedAccount) {
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
