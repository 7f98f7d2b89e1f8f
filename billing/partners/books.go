package partners

import (
	"fmt"
	"time"

	"mtandao/billing/ledger"
	"mtandao/internal/db"
	"mtandao/internal/money"
)

const entryEvent = "partner"

// write appends an event of a partner who is locked, and books it against another posting.
func (s *Service) write(tx *db.Tx, p Partner, e Event, next string, against ledger.Posting) (Event, error) {
	e.ID, e.PartnerID, e.Seq, e.Balance = tx.ID(), p.ID, p.seq+1, p.Due.Cents+e.Delta
	e.At = s.Clock.Now().UTC().Truncate(time.Millisecond)
	if err := s.move(tx, p, e, next); err != nil {
		return e, err
	}
	if err := s.insertEvent(tx, e); err != nil {
		return e, err
	}
	against.Amount = money.KES(e.Delta)
	_, err := s.Ledger.Post(tx, ledger.Entry{Kind: entryEvent, Source: e.source(), At: e.At, Memo: e.Kind + " " + e.Day, Proof: e.proof(), Postings: []ledger.Posting{
		against, {Account: ledger.PartnersDue, Party: party(p.ID), Amount: money.KES(-e.Delta)}}})
	return e, err
}

func party(id int64) string { return fmt.Sprintf("partner:%d", id) }
