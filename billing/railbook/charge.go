package railbook

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"time"

	"mtandao/billing"
	"mtandao/billing/ledger"
	"mtandao/internal/chain"
	"mtandao/internal/incoming"
	"mtandao/internal/money"
)

// book is what a statement is of: a till, or the code that pays out for it.
type book struct {
	tillID int64
	code   string // that pays out; "" of the till itself
}

// account is where the book's money is in the ledger.
func (b book) account() (account, party string) {
	account = ledger.TillClearing
	if b.code != "" {
		account = ledger.PayoutCodes
	}
	return account, "till:" + strconv.FormatInt(b.tillID, 10)
}

const lineSource = "line:"

// chargedBy is what a line says that the rail took for itself, less what it gave back.
func chargedBy(kind string, in, out int64) int64 {
	if !slices.Contains(incoming.Charges, kind) {
		return 0
	}
	return out - in
}

func (r lineRow) charged() int64 { return chargedBy(r.Kind, r.InCents, r.OutCents) }

func (r lineRow) source() string { return lineSource + strconv.FormatInt(r.ID, 10) }

// proof is the digest of a line of a book.
func (r lineRow) proof(code string) string {
	balance := "none"
	if r.BalanceCents != nil {
		balance = fmt.Sprint(*r.BalanceCents)
	}
	sum := sha256.Sum256([]byte(chain.Content(fmt.Sprint(r.ID), code, fmt.Sprint(r.TillID), fmt.Sprint(r.FileID), fmt.Sprint(r.RowN), r.Receipt, r.Kind, r.At.UTC().Format(time.RFC3339Nano),
		fmt.Sprint(r.InCents), fmt.Sprint(r.OutCents), balance, r.Linked, hex.EncodeToString(r.Said))))
	return hex.EncodeToString(sum[:])[:40]
}

// chargeEntry books what the rail charged by a line that is kept.
func (s *Service) chargeEntry(b book, r lineRow) ledger.Entry {
	account, party := b.account()
	cents := r.charged()
	return ledger.Entry{Kind: billing.EntryCharge, Source: r.source(), At: s.Clock.Now(), Memo: "charge of " + r.Receipt, Proof: r.proof(b.code), Postings: []ledger.Posting{
		{Account: ledger.RailFees, Party: party, Amount: money.KES(cents)}, {Account: account, Party: party, Amount: money.KES(-cents)}}}
}

// Audit tells see what of charges is not in the books what it is on the lines, in words that name the line. What the books have and no line is told by
// internal/report.
func (s *Service) Audit(ctx context.Context, see func(what string)) error {
	for _, of := range []lines{tillLines, payoutLines} {
		if err := s.auditCharges(ctx, of, see); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) auditCharges(ctx context.Context, of lines, see func(what string)) error {
	for after := int64(0); ; {
		page, err := s.chargesAfter(ctx, of, after)
		if err != nil || len(page) == 0 {
			return err
		}
		said, err := s.Ledger.Proofs(ctx, []string{billing.EntryCharge}, page[0].Line.source(), page[len(page)-1].Line.source()+";")
		if err != nil {
			return err
		}
		proofs := map[string]string{}
		for _, p := range said {
			proofs[p.Source] = p.Proof
		}
		for _, r := range page {
			if after = r.Line.ID; proofs[r.Line.source()] != r.Line.proof(r.Code) {
				see(fmt.Sprintf("the charge on line %d of a statement is not what the books say it was", r.Line.ID))
			}
		}
	}
}
