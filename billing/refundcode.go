package billing

import (
	"strings"

	"mtandao/billing/ledger"
	"mtandao/internal/db"
	"mtandao/internal/fault"
)

// CorrectRefund puts the rail's code of a refund right that a member wrote down when it was paid; no money moves, and what was written first stays in the
// books. fault.Invalid "refund.reference", fault.Conflict "refund.code_told" (it is not paid, was paid in cash, or the rail told the code itself) or
// "refund.code_same".
func (s *Service) CorrectRefund(tx *db.Tx, refundID, member int64, reference string) (Refund, error) {
	reference, err := SpellReceipt(strings.TrimSpace(reference))
	if err != nil {
		return Refund{}, fault.Wrap(fault.Invalid, "refund.reference", err)
	}
	f, err := s.correctCode(tx, refundID, member, reference)
	if err != nil {
		return f, err
	}
	r, err := s.receiptTx(tx, f.ReceiptID)
	if err != nil {
		return f, err
	}
	nothing := f.Amount
	nothing.Cents = 0
	till := ledger.Posting{Account: ledger.TillClearing, Party: tillParty(r.TillID), Amount: nothing}
	_, err = s.Ledger.Post(tx, ledger.Entry{Kind: EntryRefundCode, Source: f.CodeSource(f.Codes), At: f.CodeAt, Memo: f.SaysCode(), Postings: []ledger.Posting{till, till}})
	return f, err
}

// CodeSource is the source of the entry by which the code was put right for the nth time.
func (f Refund) CodeSource(n int64) string { return refundParty(f.ID) + ":code:" + id(n) }

// SaysCode is what the books say of the code since it was put right the last time.
func (f Refund) SaysCode() string {
	return "refund code " + digestOf(f.ID, f.Reference, f.Codes, f.CodeBy, f.CodeAt)
}
